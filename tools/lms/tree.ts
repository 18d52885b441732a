/** The Merkle tree over the one-time public keys (RFC 8554, 5.3). Its nodes are public; making them takes time. */

import { hashInput, type LmsSecret, oneTimePublicKey, shortHash } from "./one-time";
import { leavesOf, type LmsParameterSet } from "./parameters";

/** All nodes, node r at (r - 1) times the length of a hash: the root is node 1, the leaves are 2^h to 2^(h+1) - 1. */
export type LmsTree = Uint8Array;

export function treeBytes(set: LmsParameterSet): number {
  return (2 * leavesOf(set) - 1) * set.hashBytes;
}

export function nodeOf(set: LmsParameterSet, tree: LmsTree, node: number): Uint8Array {
  return tree.subarray((node - 1) * set.hashBytes, node * set.hashBytes);
}

function leafHash(secret: LmsSecret, leaf: number): Uint8Array {
  const input = hashInput(secret, leavesOf(secret.set) + leaf, 0x8282, oneTimePublicKey(secret, leaf));
  return shortHash(secret.set, input);
}

/** @param onProgress called now and then with the share that is done, 0 to 1 */
export function buildTree(secret: LmsSecret, onProgress: (share: number) => void): LmsTree {
  const { set } = secret;
  const leaves = leavesOf(set);
  const tree = new Uint8Array(treeBytes(set));
  for (let leaf = 0; leaf < leaves; leaf++) {
    nodeOf(set, tree, leaves + leaf).set(leafHash(secret, leaf));
    if (leaf % 32 === 31) {
      onProgress((leaf + 1) / leaves);
    }
  }
  for (let node = leaves - 1; node >= 1; node--) {
    const input = hashInput(secret, node, 0x8383, nodeOf(set, tree, 2 * node), nodeOf(set, tree, 2 * node + 1));
    nodeOf(set, tree, node).set(shortHash(set, input));
  }
  return tree;
}

/** The neighbours of the nodes from a leaf up to below the root. */
export function pathOf(set: LmsParameterSet, tree: LmsTree, leaf: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  for (let node = leavesOf(set) + leaf; node > 1; node = Math.floor(node / 2)) {
    path.push(nodeOf(set, tree, node % 2 === 0 ? node + 1 : node - 1));
  }
  return path;
}

/** Whether the path of this leaf leads to `root`. Costs one leaf, not a tree. */
export function leadsToRoot(secret: LmsSecret, tree: LmsTree, leaf: number, root: Uint8Array): boolean {
  const { set } = secret;
  let node = leavesOf(set) + leaf;
  let hash = leafHash(secret, leaf);
  for (const neighbour of pathOf(set, tree, leaf)) {
    const pair = node % 2 === 0 ? [hash, neighbour] : [neighbour, hash];
    node = Math.floor(node / 2);
    hash = shortHash(set, hashInput(secret, node, 0x8383, ...pair));
  }
  return Buffer.from(hash).equals(root);
}

/** The public key (RFC 8554, 5.3) over a tree. */
export function publicKeyOf(secret: LmsSecret, tree: LmsTree): Uint8Array {
  const types = Buffer.alloc(8);
  types.writeUInt32BE(secret.set.type, 0);
  types.writeUInt32BE(secret.set.oneTimeType, 4);
  return new Uint8Array(Buffer.concat([types, secret.identifier, nodeOf(secret.set, tree, 1)]));
}
