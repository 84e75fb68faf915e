// Numbers of 16 bits, each of which is one of float32 too.

export type Half = "float16" | "bfloat16";

/** The numbers that bits stand for. Source: IEEE 754-2019, binary16; bfloat16 is the upper half of binary32. */
export function widened(half: Half, bits: Uint16Array): Float32Array<ArrayBuffer> {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = half === "bfloat16" ? bits[i] << 16 : bitsOfFloat16(bits[i]);
  return new Float32Array(wide.buffer);
}

const view = new DataView(new ArrayBuffer(4));

function bitsOfFloat16(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  // Numbers below the smallest normal one are multiples of 2^-24.
  view.setFloat32(0, fraction * 2 ** -24);
  return sign | view.getUint32(0);
}
