import type { AnswerKeyEntry, NearMissEntry } from "../breaks/answer-key.ts"
import { chanceOf } from "../world/chance.ts"
import { day, type Instant } from "../world/instant.ts"
import type { World } from "../world.ts"
import type { BookCode } from "./book-code.ts"
import { type BookLine, lineOf } from "./line.ts"
import { type Posting, postingsOf, readCustomers, unreadableOf } from "./posting.ts"
import type { Statement } from "./statements.ts"

/** What a fault or a near miss is planted on. */
export interface Desk {
  readonly now: Instant
  /** By the transaction that they stand for, or by their own id where they stand for none. */
  readonly lines: Map<string, ReadonlyArray<BookLine>>
  /** The bank's statements. */
  readonly statements: Array<Statement>
  readonly answerKey: Array<AnswerKeyEntry>
  readonly nearMisses: Array<NearMissEntry>
  /** Transactions on the lists that cannot be read: what has no counterpart may be one of them. */
  readonly unreadable: ReadonlyArray<Posting>
  /**
   * A posted transaction that nothing was planted on: some days old on the first night and the same since, and the only one
   * of its customer with its currency and amount. Each night takes the same for a key. Null where there is none left.
   */
  readonly take: (key: string, suits?: (posting: Posting) => boolean) => Posting | null
  /** From now on nothing is taken of this customer in this currency. */
  readonly leaveAlone: (posting: Posting) => void
  readonly plant: (code: BookCode, id: string, severity: AnswerKeyEntry["severity"], why: string) => void
  readonly nearMiss: (code: BookCode, id: string, why: string) => void
}

const rowOf = ({ currency, customerId }: Posting): string => `${customerId}/${currency}`

const sameAs = (posting: Posting): string => `${rowOf(posting)}/${posting.signed}`

export const openDesk = (
  nights: ReadonlyArray<World>,
  { book, seed }: { readonly seed: number; readonly book: string },
): Desk => {
  const first = nights.at(0)
  const last = nights.at(-1)
  const now = last?.now ?? 0
  const postings = postingsOf(nights)
  const before = new Map(postingsOf(nights.slice(0, 1)).map((posting) => [posting.transactionId, posting]))
  const isSteady = (posting: Posting): boolean => {
    const then = before.get(posting.transactionId)
    return then !== undefined && sameAs(then) === sameAs(posting) && posting.at < (first?.now ?? 0) - 3 * day
  }
  const read = new Set(last === undefined ? [] : readCustomers(last))
  const uses = new Map<string, number>()
  for (const posting of postings) uses.set(sameAs(posting), (uses.get(sameAs(posting)) ?? 0) + 1)

  const taken = new Set<string>()
  const unreadable = last === undefined ? [] : unreadableOf(last)
  const closed = new Set(unreadable.map(rowOf))
  const free = (posting: Posting): boolean =>
    isSteady(posting) &&
    read.has(posting.customerId) &&
    uses.get(sameAs(posting)) === 1 &&
    !taken.has(posting.transactionId) &&
    !closed.has(rowOf(posting))

  const answerKey: Array<AnswerKeyEntry> = []
  const nearMisses: Array<NearMissEntry> = []
  return {
    now,
    lines: new Map(postings.map((posting) => [posting.transactionId, [lineOf(posting)]])),
    statements: [],
    answerKey,
    nearMisses,
    unreadable,
    take: (key, suits = () => true) => {
      // The lowest of drawn numbers, so that a transaction more or less changes no other choice.
      let lowest: { readonly draw: string; readonly posting: Posting } | null = null
      for (const posting of postings) {
        if (!free(posting) || !suits(posting)) continue
        const draw = chanceOf(seed, `books/${key}/${posting.transactionId}`).hex(16)
        if (lowest === null || draw < lowest.draw) lowest = { draw, posting }
      }
      if (lowest !== null) taken.add(lowest.posting.transactionId)
      return lowest?.posting ?? null
    },
    leaveAlone: (posting) => void closed.add(rowOf(posting)),
    plant: (code, id, severity, why) => void answerKey.push({ code, recordId: `${book}/${id}`, severity, why }),
    nearMiss: (code, id, why) => void nearMisses.push({ code, recordId: `${book}/${id}`, why }),
  }
}
