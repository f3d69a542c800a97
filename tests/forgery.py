"""Model files taken apart, changed, and put together again with a valid digest."""

import json
from collections.abc import Mapping
from hashlib import sha256

import numpy as np
import safetensors.numpy

from forecast.serialize import dump
from forecast.storage.modelfile import FORMAT

NAMES = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "uint8": "U8"}


def parts(content: bytes) -> tuple[dict[str, object], bytes]:
    """Header and tensors of a model file."""
    end = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:end]), content[end:]


def joined(header: object, tensors: bytes) -> bytes:
    """A file of a header, written as JSON where it is not bytes already, and the tensors' bytes."""
    raw = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return len(raw).to_bytes(8, "little") + raw + tensors


def fields_of(content: bytes) -> dict[str, object]:
    """The fields of a model file: all but its tensors."""
    fields: dict[str, object] = json.loads(parts(content)[0]["__metadata__"]["forecast"])["model"]
    return fields


def tensors_of(content: bytes) -> dict[str, np.ndarray]:
    """The tensors of a model file."""
    return dict(safetensors.numpy.load(content))


def digest_of(fields: object, tensors: Mapping[str, np.ndarray], *, number: object) -> str:
    """The value that "sha256" in a model file must have, computed without the package but for `dump`."""
    digest = sha256(dump({"format": number, "model": fields}).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(dump([name, tensor.dtype.str, tensor.shape]).encode())
        digest.update(np.ascontiguousarray(tensor).tobytes())
    return digest.hexdigest()


def built(fields: object, tensors: Mapping[str, np.ndarray], *, number: object = FORMAT) -> bytes:
    """A file of these fields and tensors, of any names and shapes, with a valid digest."""
    header: dict[str, object] = {}
    raw = [np.ascontiguousarray(tensor).tobytes() for tensor in tensors.values()]
    end = 0
    for (name, tensor), content in zip(tensors.items(), raw, strict=True):
        offsets = [end, end := end + len(content)]
        header[name] = {"dtype": NAMES[tensor.dtype.name], "shape": tensor.shape, "data_offsets": offsets}
    digest = digest_of(fields, tensors, number=number)
    text = dump({"format": number, "model": fields, "sha256": digest})
    return joined({"__metadata__": {"forecast": text}, **header}, b"".join(raw))
