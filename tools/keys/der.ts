/** As much of DER (X.690) and PEM (RFC 7468) as keys need that Node does not know. */

export const enum DerTag {
  Integer = 0x02,
  OctetString = 0x04,
  Null = 0x05,
  Sequence = 0x30,
}

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** An element; its contents together stay below 256 bytes. */
export function derElement(tag: DerTag, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length > 255) {
    throw new RangeError(`${content.length} bytes in one element`);
  }
  const length = content.length < 128 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** Big endian; a leading zero keeps a number with its top bit set positive. */
export function derInteger(value: number): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : "0" + digits, "hex");
  return derElement(DerTag.Integer, (bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** The value of an INTEGER of at most six bytes. @throws Error for anything else */
export function integerOf(element: DerElement | undefined): number {
  if (element?.tag !== DerTag.Integer || element.content.length < 1 || element.content.length > 6) {
    throw new Error("no INTEGER");
  }
  return Buffer.from(element.content).readUIntBE(0, element.content.length);
}

/** The elements in `parent`, which must have the tag `tag`. @throws Error if they do not fill it exactly */
export function childrenOf(parent: Uint8Array | DerElement | undefined, tag: DerTag): DerElement[] {
  const element = parent instanceof Uint8Array ? onlyElement(parent) : parent;
  if (element?.tag !== tag) {
    throw new Error(`no element with tag ${tag}`);
  }
  return elementsIn(element.content);
}

function onlyElement(bytes: Uint8Array): DerElement {
  const [element, ...others] = elementsIn(bytes);
  if (element === undefined || others.length > 0) {
    throw new Error("not one element");
  }
  return element;
}

function elementsIn(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1] ?? 0;
    const isLong = first === 0x81;
    const start = at + (isLong ? 3 : 2);
    const end = start + (isLong ? (bytes[at + 2] ?? 0) : first);
    if ((first >= 128 && !isLong) || end > bytes.length) {
      throw new Error("an element has a wrong length");
    }
    elements.push({ tag: bytes[at] ?? 0, content: bytes.slice(start, end), whole: bytes.slice(at, end) });
    at = end;
  }
  return elements;
}

export function pemText(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** What stands between the lines of `label`. @throws Error if it is not there */
export function pemBytes(pem: string, label: string): Uint8Array {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem);
  if (match?.[1] === undefined) {
    throw new Error(`no ${label}`);
  }
  return new Uint8Array(Buffer.from(match[1], "base64"));
}
