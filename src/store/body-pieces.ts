/** Units of UTF-16 in a piece, at most; a few more bytes in UTF-8. */
const pieceLength = 8_192

/** Bytes up to which a body is kept as one text. */
const shortBytes = 32_768

/** Whether a character begins here that takes two units. */
const isFirstOfTwo = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** A long body in pieces, none of which ends within a character; null where it is short. */
export const inPieces = (body: string): ReadonlyArray<string> | null => {
  if (body.length <= shortBytes && Buffer.byteLength(body) <= shortBytes) return null
  const pieces: Array<string> = []
  for (let from = 0; from < body.length; ) {
    const to = from + pieceLength
    const end = isFirstOfTwo(body.charCodeAt(to - 1)) ? to + 1 : to
    pieces.push(body.slice(from, end))
    from = end
  }
  return pieces
}
