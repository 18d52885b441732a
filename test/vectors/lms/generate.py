"""Writes pyhsslms.json: signatures made by pyhsslms 2.0.0 (pip install pyhsslms), the same bytes at every run.

Usage: python generate.py > pyhsslms.json (takes some minutes: each key of height 15 has 32,768 leaves)
"""

import hashlib
import json

from pyhsslms import pyhsslms

HEIGHTS = {5: ["W2", "W4", "W8"], 10: ["W2", "W4", "W8"], 15: ["W4"]}
DIGEST = hashlib.sha256(b"an image").digest()
OTHER_MESSAGES = {"M32_H5_W2": b"", "M24_H5_W8": b"a message that is longer than one block of SHA-256, " * 3}

stream = hashlib.shake_256(b"trialboot test vectors for LMS").digest(1 << 16)
taken = 0


def random_bytes(length):
    """Stands in for the operating system's generator, so that the vectors can be made again."""
    global taken
    taken += length
    return stream[taken - length:taken]


pyhsslms.randBytes = random_bytes


def vector(hash_bytes, height, width, leaf):
    name = f"M{hash_bytes}_H{height}_{width}"
    message = OTHER_MESSAGES.get(name, DIGEST)
    lms_type = getattr(pyhsslms, f"lms_sha256_m{hash_bytes}_h{height}")
    one_time_type = getattr(pyhsslms, f"lmots_sha256_n{hash_bytes}_{width.lower()}")
    key = pyhsslms.LmsPrivateKey(lms_type, one_time_type, q=leaf)
    signature = key.sign(message)
    assert key.publicKey().verify(message, signature)
    return {
        "name": name,
        "publicKey": key.publicKey().serialize().hex(),
        "message": message.hex(),
        "signature": signature.hex(),
    }


def vectors():
    count = 0
    for hash_bytes in (32, 24):
        for height, widths in HEIGHTS.items():
            for width in widths:
                # The first leaf, the last one, and two in between.
                leaf = [0, 2**height - 1, 2**height // 3, 2**height // 2][count % 4]
                yield vector(hash_bytes, height, width, leaf)
                count += 1


print(json.dumps(list(vectors()), indent=1))
