import { createHash } from "node:crypto"
import type { LoadPage } from "../../src/store/load-pages.ts"

export const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex")

/** A page of one list as the loader takes it, whole and clean unless the test says otherwise. */
export const loadPage = (
  stream: string,
  records: ReadonlyArray<unknown>,
  different: Partial<LoadPage> = {},
): LoadPage => {
  const kept = different.kept ?? JSON.stringify({ data: records, pageInfo: { nextCursor: null, hasMore: false } })
  return {
    customerId: "c-1",
    stream,
    chain: 1,
    part: "chain",
    sequence: 1,
    cursorIn: null,
    cursorOut: null,
    hasMore: false,
    items: records.length,
    bytes: Buffer.byteLength(kept),
    sha256: sha256(kept),
    redacted: false,
    keptSha256: sha256(kept),
    requestId: "request-1",
    attempts: 1,
    serverTime: null,
    receivedAt: "2026-03-10T00:00:00.000Z",
    kept,
    loadable: kept,
    rejected: [],
    ...different,
  }
}
