import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** Whose API a store holds: where it is, and who asks there. */
export interface StoreApi {
  readonly baseUrl: string
  /** Null where an earlier version did not keep it. */
  readonly clientId: string | null
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"])

/** A sandbox has another port at each start, and stays the same API. */
const isSandbox = (baseUrl: string): boolean => URL.canParse(baseUrl) && loopback.has(new URL(baseUrl).hostname)

const placeOf = (baseUrl: string): string => (isSandbox(baseUrl) ? "this machine" : baseUrl)

const named = ({ baseUrl, clientId }: StoreApi): string =>
  `${isSandbox(baseUrl) ? "a sandbox on this machine" : baseUrl}${clientId === null ? "" : ` as client ${clientId}`}`

/** The environment names another API than the one whose records the store holds. */
export class OtherApi extends Data.TaggedError("OtherApi")<{
  readonly file: string
  readonly owner: StoreApi
  readonly asked: StoreApi
}> {
  readonly exitCode = 78
  override get message(): string {
    return `${this.file} holds what was read from ${named(this.owner)}, and the environment names ${named(this.asked)}: records of two APIs in one store would be judged together; name another database with --db, or, where it is the same API whose address or client id has changed, say so once with --api-changed`
  }
}

/** The API of the newest run that stored a page; null where none did. */
export const storeApi = (sql: Sql): Effect.Effect<StoreApi | null, StoreError> =>
  Effect.map(
    sql.rows<{ api?: string | null; client_id?: string | null }>(
      // All columns: a store that was not migrated yet lacks one or both.
      `FROM recon.runs AS r
       WHERE pages > 0 OR EXISTS (FROM raw.pages AS p WHERE p.run_id = r.run_id)
       ORDER BY run_id DESC LIMIT 1`,
    ),
    ([row]) => (row?.api == null ? null : { baseUrl: row.api, clientId: row.client_id ?? null }),
  )

/** Null where the store may hold what this API gives. */
export const otherApi = (file: string, owner: StoreApi | null, asked: StoreApi): OtherApi | null =>
  owner === null ||
  (placeOf(owner.baseUrl) === placeOf(asked.baseUrl) && (owner.clientId ?? asked.clientId) === asked.clientId)
    ? null
    : new OtherApi({ file, owner, asked })
