import { createHmac, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** Positions in a list, wrapped so that a client can only hand them back. */
export interface CursorSeal {
  /** `list` names the list that the position is in. */
  readonly seal: (list: string, position: number) => string
  /** Null when the cursor was altered, or comes from another list. */
  readonly open: (list: string, cursor: string) => number | null
}

const positionBytes = 6
const markBytes = 16

/** Seals with an HMAC over list and position: base64url of six bytes of position and sixteen of mark. */
export const makeCursorSeal = (secret: Redacted.Redacted): CursorSeal => {
  const key = createHmac("sha256", Redacted.value(secret)).update("cursor").digest()
  const markOf = (list: string, position: number) =>
    createHmac("sha256", key).update(`${position}\n${list}`).digest().subarray(0, markBytes)
  return {
    seal: (list, position) => {
      const place = Buffer.alloc(positionBytes)
      place.writeUIntBE(position, 0, positionBytes)
      return Buffer.concat([place, markOf(list, position)]).toString("base64url")
    },
    open: (list, cursor) => {
      const bytes = Buffer.from(cursor, "base64url")
      if (bytes.length !== positionBytes + markBytes || bytes.toString("base64url") !== cursor) return null
      const position = bytes.readUIntBE(0, positionBytes)
      return timingSafeEqual(bytes.subarray(positionBytes), markOf(list, position)) ? position : null
    },
  }
}
