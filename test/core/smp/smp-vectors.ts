/** The recorded SMP data of test/vectors/smp, and bodies as the reader gives them in the form of those files. */

import { readFileSync } from "node:fs";
import type { CborFields } from "../../../core/smp/cbor-reader";
import { CborType } from "../../../core/smp/cbor-reader";

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export interface RecordedFrame {
  readonly version: number;
  readonly op: number;
  readonly group: number;
  readonly command: number;
  readonly sequence: number;
  readonly length: number;
  readonly body: Record<string, Json>;
  readonly cbor: string;
  readonly frame: string;
  readonly serial_lines: string[];
}

export interface SerialItem {
  readonly id: string;
  readonly receive: string[];
  readonly frames: string[];
}

interface Files {
  messages: { id: string; request: RecordedFrame; response: RecordedFrame }[];
  quirks: { id: string; frame: string; serial_lines: string[]; meaning: Record<string, Json> }[];
  malformed: { id: string; frame: string; expect: string }[];
  serial: SerialItem[];
  ble: { id: string; att_mtu: number; frame: string; fragments: string[] }[];
}

export interface Exchange {
  readonly request_frame: string;
  readonly response_frame: string | null;
  readonly client_lines?: string[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/smp/${name}.json`, import.meta.url), "utf8"));
}

export function readItems<Name extends keyof Files>(name: Name): Files[Name] {
  return (read(name) as { items: Files[Name] }).items;
}

export const TRANSCRIPTS = ["mcumgr-cli-serial", "smpclient-raw", "smpclient-serial"];

export function readExchanges(name: string): Exchange[] {
  return (read(`transcripts/${name}`) as { exchanges: Exchange[] }).exchanges;
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What `name` and `fields` say of a value that has no form here: arrays, maps and the like. */
export const SKIPPED = "skipped";

/** The fields in the form of the files. */
export function plainFields(fields: CborFields): Record<string, Json> {
  const entries = fields.keys.map((key, i): [string, Json] => {
    const value = fields.values[i];
    switch (fields.types[i]) {
      case CborType.Null:
        return [key, null];
      case CborType.Other:
        return [key, SKIPPED];
      case CborType.Text:
        return [key, Buffer.from(value as Uint8Array).toString("utf8")];
      case CborType.Bytes:
        return [key, { $bytes: toHex(value as Uint8Array) }];
      default:
        return [key, value as number | boolean];
    }
  });
  return Object.fromEntries(entries);
}

/** The same form of a recorded body. */
export function plainBody(body: Record<string, Json>): Record<string, Json> {
  const isSkipped = (value: Json): boolean =>
    typeof value === "object" && value !== null && (Array.isArray(value) || !("$bytes" in value));
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, isSkipped(value) ? SKIPPED : value]));
}
