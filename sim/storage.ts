/**
 * The application's own files: what Espruino calls Storage. They outlive every restart. Kept apart from the flash
 * chip and without its faults: power cuts inside Storage are Espruino's, not the boot chain's (docs/faults.md).
 * Contents are byte strings, one character 0..255 per byte.
 */

/** Characters of a name, as Espruino bounds them. */
const NAME_LENGTH_MAX = 28;

export class ApplicationStorage {
  private files = new Map<string, string>();
  /** Whether a snapshot holds `files`; then it is copied before the next change. */
  private shared = false;

  constructor(readonly sizeBytes: number) {}

  read(name: string): string | undefined {
    return this.files.get(name);
  }

  /**
   * Writes at `offset`; with `offset` 0 the file is made anew, `size` bytes long if that is more than the data.
   *
   * @returns false if there is no room
   */
  write(name: string, data: string, offset = 0, size = 0): boolean {
    if (name.length === 0 || name.length > NAME_LENGTH_MAX) {
      throw new Error(`Storage: a name has 1 to ${NAME_LENGTH_MAX} characters, not ${name.length}`);
    }
    const old = offset === 0 ? "" : this.files.get(name);
    if (old === undefined) {
      throw new Error("Unable to find or create file");
    }
    if (offset > 0 && offset + data.length > old.length) {
      throw new Error("Too much data for file size");
    }
    const end = offset + data.length;
    const content = offset === 0 ? data.padEnd(size, "\xff") : old.slice(0, offset) + data + old.slice(end);
    const replaced = this.files.get(name);
    const reusedBytes = replaced === undefined ? 0 : name.length + replaced.length;
    if (name.length + content.length - reusedBytes > this.freeBytes()) {
      return false;
    }
    this.changeable().set(name, content);
    return true;
  }

  erase(name: string): void {
    if (this.files.has(name)) {
      this.changeable().delete(name);
    }
  }

  eraseAll(): void {
    this.files = new Map();
    this.shared = false;
  }

  /** Names in the order in which they were first written. */
  list(): string[] {
    return [...this.files.keys()];
  }

  freeBytes(): number {
    let used = 0;
    for (const [name, content] of this.files) {
      used += name.length + content.length;
    }
    return this.sizeBytes - used;
  }

  snapshot(): ReadonlyMap<string, string> {
    this.shared = true;
    return this.files;
  }

  restore(files: ReadonlyMap<string, string>): void {
    this.files = files as Map<string, string>;
    this.shared = true;
  }

  private changeable(): Map<string, string> {
    if (this.shared) {
      this.files = new Map(this.files);
      this.shared = false;
    }
    return this.files;
  }
}
