import { Effect, Option, Stream } from "effect"
import type { Contract, ContractStream } from "./contract.ts"
import { type ApiFailure, UnreadablePage } from "./failures.ts"
import { PartnerApi, type ReceivedAnswer } from "./partner-api.ts"
import type { PersonalData } from "./personal-data.ts"
import { type ReadPage, readPage } from "./read-page.ts"

/** A page with its place in its chain. */
export interface ChainPage {
  /** From 1. */
  readonly sequence: number
  readonly cursorIn: string | null
  readonly answer: ReceivedAnswer
  readonly page: ReadPage
}

interface Position {
  readonly sequence: number
  readonly cursor: string | null
}

/**
 * The chain of a partition: from the first page, each cursor the one that the previous page gave, until "no more". A
 * cursor that comes twice ends it with an error, because such a chain would never end by itself.
 */
export const pageChain = (
  contract: Contract,
  stream: ContractStream,
  customerId: string,
  personalData: PersonalData,
): Stream.Stream<ChainPage, ApiFailure, PartnerApi> =>
  Stream.suspend(() => walk(contract, stream, customerId, personalData, new Set()))

const walk = (
  contract: Contract,
  stream: ContractStream,
  customerId: string,
  personalData: PersonalData,
  used: Set<string>,
): Stream.Stream<ChainPage, ApiFailure, PartnerApi> =>
  Stream.paginateEffect({ sequence: 1, cursor: null } as Position, (position) =>
    Effect.gen(function* () {
      const api = yield* PartnerApi
      const { answer, page } = yield* api.page({ stream, customerId, cursor: position.cursor }, (answer) =>
        Effect.map(readPage(contract, stream, customerId, personalData, answer), (page) => ({ answer, page })),
      )
      const next = page.nextCursor
      if (next !== null && used.has(next)) {
        return yield* new UnreadablePage({
          reason: "RepeatedCursor",
          detail: `after page ${position.sequence}`,
          requestId: answer.requestId,
          status: answer.status,
          body: answer.body,
        })
      }
      const read: ChainPage = { sequence: position.sequence, cursorIn: position.cursor, answer, page }
      if (next === null) return [read, Option.none<Position>()]
      used.add(next)
      const following = Option.some({ sequence: position.sequence + 1, cursor: next })
      return [read, following]
    }),
  )
