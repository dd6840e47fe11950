/**
 * The part of the Protocol Buffers wire format that writing an ONNX file needs: varints (wire type 0), 32-bit values
 * (type 5) and length-delimited fields (type 2). Source: https://protobuf.dev/programming-guides/encoding/.
 * Fields are written in call order; large byte fields are kept by reference and copied once, in `finish`.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  /** An int64, int32, enum or bool field. `value` must be a non-negative safe integer (all that ONNX needs here). */
  integer(fieldNumber: number, value: number): this {
    this.#varint(fieldNumber * 8);
    this.#varint(value);
    return this;
  }

  /** A `float` field (32 bits, little-endian). */
  float(fieldNumber: number, value: number): this {
    this.#varint(fieldNumber * 8 + 5);
    const chunk = new Uint8Array(4);
    new DataView(chunk.buffer).setFloat32(0, value, true);
    return this.#push(chunk);
  }

  /** A `string` field, UTF-8. */
  string(fieldNumber: number, value: string): this {
    return this.bytes(fieldNumber, new TextEncoder().encode(value));
  }

  /** A `bytes` field. The array is not copied before `finish`: do not change it in between. */
  bytes(fieldNumber: number, value: Uint8Array): this {
    this.#varint(fieldNumber * 8 + 2);
    this.#varint(value.length);
    return this.#push(value);
  }

  /** A repeated integer field in packed form, the default of proto3. */
  packedIntegers(fieldNumber: number, values: readonly number[]): this {
    const packed = new ProtobufWriter();
    for (const value of values) packed.#varint(value);
    return this.message(fieldNumber, packed);
  }

  /** An embedded message; `message` is final once embedded. */
  message(fieldNumber: number, message: ProtobufWriter): this {
    this.#varint(fieldNumber * 8 + 2);
    this.#varint(message.#sizeBytes);
    for (const chunk of message.#chunks) this.#push(chunk);
    return this;
  }

  /** The encoded message in one array. */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.#sizeBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  #varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a non-negative safe integer: ${value}`);
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
    this.#push(Uint8Array.from(bytes));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    return this;
  }
}
