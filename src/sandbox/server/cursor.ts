import { createHmac, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** What a cursor says to the server that gave it. */
export interface Bookmark {
  /** Records before it in the list. */
  readonly position: number
  /** Which reading of the list it belongs to, so that two readings may have cursors of their own. */
  readonly chain: number
  /** Tells cursors of one chain apart that stand at the same position. */
  readonly turn: number
}

/** Places in a list, wrapped so that a client can only hand them back. */
export interface CursorSeal {
  /** `list` names the list that the bookmark is in. */
  readonly seal: (list: string, bookmark: Bookmark) => string
  /** Null when the cursor was altered, or comes from another list. */
  readonly open: (list: string, cursor: string) => Bookmark | null
}

const positionBytes = 6
const counterBytes = 4
const placeBytes = positionBytes + 2 * counterBytes
const markBytes = 16

/** Seals with an HMAC over list and bookmark: base64url of fourteen bytes of bookmark and sixteen of mark. */
export const makeCursorSeal = (secret: Redacted.Redacted): CursorSeal => {
  const key = createHmac("sha256", Redacted.value(secret)).update("cursor").digest()
  const markOf = (list: string, place: Buffer) =>
    createHmac("sha256", key).update(place).update(list).digest().subarray(0, markBytes)
  return {
    seal: (list, { position, chain, turn }) => {
      const place = Buffer.alloc(placeBytes)
      place.writeUIntBE(position, 0, positionBytes)
      place.writeUInt32BE(chain, positionBytes)
      place.writeUInt32BE(turn, positionBytes + counterBytes)
      return Buffer.concat([place, markOf(list, place)]).toString("base64url")
    },
    open: (list, cursor) => {
      const bytes = Buffer.from(cursor, "base64url")
      if (bytes.length !== placeBytes + markBytes || bytes.toString("base64url") !== cursor) return null
      const place = bytes.subarray(0, placeBytes)
      if (!timingSafeEqual(bytes.subarray(placeBytes), markOf(list, place))) return null
      return {
        position: place.readUIntBE(0, positionBytes),
        chain: place.readUInt32BE(positionBytes),
        turn: place.readUInt32BE(positionBytes + counterBytes),
      }
    },
  }
}
