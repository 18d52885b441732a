/** Forms of ECMAScript beyond ES5 that Espruino lacks or gets wrong; each row was run on Espruino 2v29.277. */

import type { AnyNode, Class, Identifier, MemberExpression } from "acorn";
import { propertyName, walk } from "../build/syntax-tree";
import { error, type Say, warning } from "./findings";
import { declaringScopeOf, isAnyFunction, type ProgramNames } from "./scopes";

const COMPILE = "Write it in ES5, or compile it: rename the file to .ts and export a function main(door).";

/** Nodes that the parser of Espruino refuses wherever they stand. */
const ABSENT: Readonly<Record<string, string>> = {
  ArrayPattern: "destructuring",
  ObjectPattern: "destructuring",
  RestElement: "rest parameters",
  SpreadElement: "spread",
  AssignmentPattern: "default values for parameters",
  ChainExpression: "optional chaining (?.)",
  AwaitExpression: "await",
  YieldExpression: "generators",
  TaggedTemplateExpression: "tagged templates",
  MetaProperty: "new.target and import.meta",
  PrivateIdentifier: "private members (#name)",
  StaticBlock: "static blocks",
  WithStatement: "with",
  ImportDeclaration: "import",
  ImportExpression: "import()",
  ExportNamedDeclaration: "export",
  ExportDefaultDeclaration: "export",
  ExportAllDeclaration: "export",
};

const MODULE_FORMS = new Set(["import", "export"]);

const ABSENT_OPERATORS = new Set(["**", "**=", "&&=", "||=", "??="]);

const KEYWORDS = new Set(
  (
    "break case catch class const continue debugger default delete do else extends finally for function if in " +
    "instanceof new of return super switch this throw try typeof var void while"
  ).split(" "),
);

const ERRORS = new Set(["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError"]);

function absentForm(node: AnyNode): string | undefined {
  if (Object.hasOwn(ABSENT, node.type)) {
    return ABSENT[node.type];
  }
  const hasOperator = node.type === "BinaryExpression" || node.type === "AssignmentExpression";
  if (hasOperator && ABSENT_OPERATORS.has(node.operator)) {
    return `operator ${node.operator}`;
  }
  if (isAnyFunction(node)) {
    return node.async ? "async functions" : node.generator ? "generators" : undefined;
  }
  if (node.type === "Property" && node.computed) {
    return "computed keys in objects";
  }
  if ((node.type === "MethodDefinition" || node.type === "PropertyDefinition") && node.computed) {
    return "computed keys in classes";
  }
  return node.type === "Literal" && typeof node.bigint === "string" ? "BigInt" : undefined;
}

function checkClassMember(node: AnyNode, title: string, say: Say): void {
  if (node.type === "PropertyDefinition" && !node.value) {
    say(node.start, error("language", `${title} wants a value for every field of a class.`, "Write = undefined."));
  }
  const isMember = node.type === "MethodDefinition" || node.type === "PropertyDefinition";
  if (isMember && node.key.type === "Identifier" && KEYWORDS.has(node.key.name)) {
    const sentence = `${title} cannot read a member of a class that is named ${node.key.name}.`;
    say(node.key.start, error("language", sentence, "Give it another name."));
  }
}

function checkText(node: AnyNode, text: string, title: string, say: Say): void {
  const isText = node.type === "TemplateElement" || (node.type === "Literal" && typeof node.value === "string");
  if (isText && /(?:^|[^\\])(?:\\\\)*\\u\{/.test(text.slice(node.start, node.end))) {
    say(node.start, error("language", `${title} has no escapes like \\u{41}.`, "Write \\x41."));
  }
  if (node.type === "TemplateElement" && /[^\u0000-\u00ff]/.test(node.value.cooked ?? "")) {
    const sentence = `A string has a character above 255, which ${title} cannot hold.`;
    say(node.start, error("language", sentence, "Use the bytes of the font or the protocol that it is for."));
  }
  if (node.type === "Literal" && node.regex && /[^gi]/.test(node.regex.flags)) {
    const sentence = `${title} ignores the flags of a RegExp other than g and i.`;
    say(node.start, warning("language", sentence, "Do without them."));
  }
}

/** How many classes of this file a class stands on. */
function depthOf(node: Class, classes: ReadonlyMap<string, Class>): number {
  let depth = 0;
  let at: Class | undefined = node;
  for (const seen = new Set<Class>(); at?.superClass?.type === "Identifier" && !seen.has(at); depth++) {
    seen.add(at);
    at = classes.get(at.superClass.name);
  }
  return depth;
}

function usesSuperMember(root: AnyNode): MemberExpression | undefined {
  let found: MemberExpression | undefined;
  walk(root, (node) => {
    if (node.type === "MemberExpression" && node.object.type === "Super") {
      found ??= node;
    }
  });
  return found;
}

/** `super.m()` runs in circles when the object's class is two or more levels below. */
function checkInheritance(classes: ReadonlyMap<string, Class>, title: string, say: Say): void {
  const bases = new Set([...classes.values()].flatMap(({ superClass }) =>
    superClass?.type === "Identifier" ? [superClass.name] : [],
  ));
  for (const [name, node] of classes) {
    const use = usesSuperMember(node.body);
    if (use !== undefined && (depthOf(node, classes) > 1 || bases.has(name))) {
      const sentence = `${title} calls super.${propertyName(use) ?? "..."} for ever where three classes inherit from ` +
        "one another, and the stack overflows.";
      say(use.start, error("super-depth", sentence, "Use two levels, or call Base.prototype.method.call(this)."));
    }
    const base = node.superClass;
    if (base?.type === "Identifier" && ERRORS.has(base.name)) {
      say(base.start, error("language", `${title} cannot inherit from ${base.name}.`, "Throw a plain object."));
    }
  }
}

/** Functions made in a loop see the loop variable's last value, whatever `let` promises. */
function checkLoops(names: ProgramNames, title: string, say: Say): void {
  const told = new Set<Identifier["name"]>();
  for (const { node, scope } of names.references) {
    const declaring = declaringScopeOf(node.name, scope);
    const loop = declaring?.node.type ?? "";
    const isLoop = loop === "ForStatement" || loop === "ForInStatement" || loop === "ForOfStatement";
    if (declaring === undefined || !isLoop || scope.owner === declaring.owner) {
      continue;
    }
    const key = `${node.name}@${declaring.node.start}`;
    if (!told.has(key)) {
      told.add(key);
      const sentence = `On ${title} every function made in this loop sees the last value of ${node.name}.`;
      say(node.start, warning("loop-closure", sentence, `Copy it first: let mine = ${node.name};`));
    }
  }
}

export interface LanguageSetting {
  /** The engine's name for people. */
  readonly title: string;
  /** Whether imports and exports are resolved by a bundler. */
  readonly hasModules: boolean;
}

export function checkNewSyntax(
  program: AnyNode,
  text: string,
  names: ProgramNames,
  { title, hasModules }: LanguageSetting,
  say: Say,
): void {
  const classes = new Map<string, Class>();
  let anonymous = 0;
  walk(program, (node) => {
    const form = absentForm(node);
    if (form !== undefined && !(hasModules && MODULE_FORMS.has(form))) {
      say(node.start, error("language", `${title} has no ${form}.`, COMPILE));
    }
    checkClassMember(node, title, say);
    checkText(node, text, title, say);
    if (node.type === "DebuggerStatement") {
      say(node.start, error("language", "debugger stops the board until somebody types at its console.", "Remove it."));
    }
    if (node.type === "Identifier" && node.name === "of") {
      say(node.start, error("language", `of is a keyword on ${title}.`, "Give it another name."));
    }
    if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
      classes.set(node.id?.name ?? `class ${String(anonymous++)}`, node);
    }
  });
  checkInheritance(classes, title, say);
  checkLoops(names, title, say);
}
