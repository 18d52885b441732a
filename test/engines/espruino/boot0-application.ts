/** The application of these tests: says its version, and does what the file `task.js` says. */

import { appendSignature } from "../../../core/image/writer";
import { createMemoryHash } from "../../../hal/memory/hash";
import { unsignedImage } from "../../support/images";
import { trustedKey } from "../../support/vectors";
import { quickSignature } from "./quick-verifier";

const hash = createMemoryHash();

export interface ImageWishes {
  /** Major version, and security counter unless that is given. */
  readonly version: number;
  readonly counter?: number;
  /** More text for the application, to make it larger. */
  readonly ballast?: number;
  /** Statements that run before the task. */
  readonly first?: string;
}

/** What the application is made of: for images that are signed elsewhere. */
export function payload({ version, ballast = 0, first = "" }: ImageWishes): string {
  return "(function(door){" +
    'var fs=require("fs");function log(text){fs.appendFileSync("log",text+"\\n")}' +
    `var version=${String(version)};log("start v${String(version)} "+(door.info.trial?"trial":"confirmed"));${first}` +
    `eval(fs.readFileSync("task.js"));})${" ".repeat(ballast)}`;
}

/** An image that the quick verifier accepts. */
export function quickImage(wishes: ImageWishes): Uint8Array {
  return signQuickly(payload(wishes), wishes.version, wishes.counter ?? wishes.version);
}

/** `text` as the payload of an image that the quick verifier accepts. */
export function signQuickly(text: string, version: number, counter: number): Uint8Array {
  const unsigned = unsignedImage({ payload: text, version: `${String(version)}.0.0`, counter });
  const digest = hash.sha256(unsigned);
  const key = trustedKey("sign-a");
  return appendSignature(unsigned, digest, key.keyHash, quickSignature(hash, key.publicKey, digest));
}

/** Task: the file `image.bin` through the door's writer, in pieces; asks for the trial. Logs the last reason. */
export const INSTALL_TASK = `
  var writer=door.openWriter(),file=E.toUint8Array(fs.readFileSync("image.bin")),reason=writer.begin(file.length);
  for(var at=0;at<file.length&&reason===0;at+=1000){
    reason=writer.write(file.subarray(at,Math.min(at+1000,file.length)));
  }
  if(reason===0)reason=writer.finish();
  if(reason===0)reason=writer.requestTrial();
  log("install "+reason);
`;
