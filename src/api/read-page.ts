import { Either } from "effect"
import type { Contract, ContractStream } from "./contract.ts"
import { isDateTime } from "./date-time.ts"
import { quoteNumbers } from "./exact-numbers.ts"
import { UnreadablePage } from "./failures.ts"
import { hashFields, hashPersonal, isHidden, type PersonalData } from "./personal-data.ts"
import { type RejectedRecord, readableColumns, readRecord, recordId } from "./read-record.ts"

/** A page of a list as the contract reads it: what to keep, what to load, what was refused. */
export interface ReadPage {
  readonly items: number
  readonly hasMore: boolean
  readonly nextCursor: string | null
  /** The body to keep as evidence: as received, personal data aside. */
  readonly kept: string
  /** True where personal data was replaced, so that `kept` is not byte for byte what arrived. */
  readonly redacted: boolean
  /** The body to load: valid JSON in which no number token is left, and the items sit where the contract says. */
  readonly loadable: string
  readonly rejected: ReadonlyArray<RejectedRecord>
  /** The records' ids in order; null where one cannot be read. */
  readonly ids: ReadonlyArray<string | null>
  /** When each was created, as the API wrote it; null where the list has no such field or it cannot be read. */
  readonly createdAt: ReadonlyArray<string | null>
}

export interface ReceivedPage {
  readonly body: Uint8Array
  readonly status: number
  readonly requestId: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value at a dotted path, `pageInfo.nextCursor`; undefined where the way ends early. */
const at = (value: unknown, path: string): unknown =>
  path === ""
    ? value
    : path.split(".").reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** DuckDB's JSON reader refuses half a surrogate pair, which JSON.parse lets pass. */
const loneSurrogateEscape = /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/

const wellFormed = (value: unknown): unknown => {
  if (typeof value === "string") return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]))
    : value
}

const countKeys = (value: object): number => {
  let keys = 0
  if (Array.isArray(value)) {
    for (const inner of value) if (typeof inner === "object" && inner !== null) keys += countKeys(inner as object)
    return keys
  }
  for (const inner of Object.values(value)) {
    keys++
    if (typeof inner === "object" && inner !== null) keys += countKeys(inner as object)
  }
  return keys
}

const countColons = (json: string): number => {
  if (/"\s+:/.test(json)) return json.match(/"\s*:/g)?.length ?? 0
  let colons = 0
  for (let found = json.indexOf('":'); found !== -1; found = json.indexOf('":', found + 2)) colons++
  return colons
}

/**
 * Whether an object may say a key twice: JSON.parse takes the last, DuckDB the first. Text in a string that looks like
 * a key is a false alarm, which costs only time.
 */
const saysKeysTwice = (json: string, page: object): boolean => countColons(json) > countKeys(page)

const createdTime = (item: unknown, field: string | undefined): string | null => {
  const value = field !== undefined && isObject(item) ? item[field] : null
  return typeof value === "string" && isDateTime(value) ? value : null
}

/**
 * Reads a list's answer. Fails only where the envelope cannot be read; a record that cannot be read is set aside with
 * its reason and the page goes on.
 */
export const readPage = (
  contract: Contract,
  stream: ContractStream,
  customerId: string,
  personalData: PersonalData,
  received: ReceivedPage,
): Either.Either<ReadPage, UnreadablePage> => {
  const refuse = (reason: UnreadablePage["reason"], detail: string) =>
    Either.left(new UnreadablePage({ reason, detail, ...received }))

  const decoded = Either.try(() => utf8.decode(received.body))
  if (Either.isLeft(decoded)) return refuse("NotUtf8", `${received.body.length} bytes`)
  const text = decoded.right.startsWith("\uFEFF") ? decoded.right.slice(1) : decoded.right

  // The body as it arrived must be JSON by itself: quoting numbers could mend what is broken (`012`).
  const original = Either.try(() => JSON.parse(text) as unknown)
  if (Either.isLeft(original))
    return refuse("NotJson", `${received.body.length} bytes beginning ${JSON.stringify(text.slice(0, 40))}`)

  const personalFields =
    personalData._tag === "Hash"
      ? stream.fields.filter((field) => field.type === "personal").map((field) => field.field)
      : []
  const hashed = personalData._tag === "Hash" ? hashFields(text, personalFields, personalData.salt) : text
  const quoted = quoteNumbers(hashed)
  let page = quoted === text ? original.right : (JSON.parse(quoted) as unknown)
  let kept = hashed
  let loadable = quoted

  const items = at(page, contract.page.items)
  if (!Array.isArray(items)) return refuse("NoItems", `${contract.page.items} is not a list`)

  const twice = saysKeysTwice(quoted, page as object)
  if (
    personalData._tag === "Hash" &&
    personalFields.length > 0 &&
    (twice || !items.every((item) => !isObject(item) || personalFields.every((field) => isHidden(item[field]))))
  ) {
    // A name that came as an object or a list, or twice: rare enough to pay for writing the page anew.
    const salt = personalData.salt
    for (const item of items.filter(isObject)) {
      for (const field of personalFields) {
        if (!isHidden(item[field])) item[field] = hashPersonal(salt, JSON.stringify(item[field]))
      }
    }
    kept = loadable = JSON.stringify(page)
  }
  if (twice) loadable = JSON.stringify(page)
  if (loneSurrogateEscape.test(loadable)) {
    page = wellFormed(page)
    loadable = JSON.stringify(page)
  }

  const hasMore = at(page, contract.page.hasMore)
  const nextCursor = at(page, contract.page.nextCursor) ?? null
  if (typeof hasMore !== "boolean") return refuse("NoPageInfo", `${contract.page.hasMore} is not true or false`)
  if (nextCursor !== null && typeof nextCursor !== "string") {
    return refuse("NoPageInfo", `${contract.page.nextCursor} is neither text nor null`)
  }
  if (hasMore && (nextCursor === null || nextCursor === ""))
    return refuse("MoreWithoutCursor", contract.page.nextCursor)

  const rejected: Array<RejectedRecord> = []
  const list = at(page, contract.page.items) as ReadonlyArray<unknown>
  list.forEach((item, index) => {
    const fault = readRecord(stream, customerId, item)
    if (fault !== null) {
      rejected.push({
        index,
        recordId: recordId(stream, item),
        reason: fault,
        payload: JSON.stringify(item),
        readable: JSON.stringify(readableColumns(stream, item)),
      })
    }
  })
  const createdField = stream.fields.find((field) => field.column === "created_at")?.field
  return Either.right({
    items: list.length,
    hasMore,
    nextCursor: hasMore ? nextCursor : null,
    kept: kept === text ? decoded.right : kept,
    redacted: kept !== text,
    loadable,
    rejected,
    ids: list.map((item) => recordId(stream, item)),
    createdAt: list.map((item) => createdTime(item, createdField)),
  })
}
