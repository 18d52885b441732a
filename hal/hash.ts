/** Hashes as the board has them; the shape is core's, since the image reader and the journal need them. */
export type { HashPort as Hash } from "../core/ports";
