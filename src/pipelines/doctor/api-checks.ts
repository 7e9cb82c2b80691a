import { Effect, Either } from "effect"
import { clockSentence } from "../../api/answer-times.ts"
import type { Contract, ContractStream } from "../../api/contract.ts"
import type { ApiFailure } from "../../api/failures.ts"
import { PartnerApi } from "../../api/partner-api.ts"
import { type ReadPage, readPage } from "../../api/read-page.ts"
import { classify } from "../../api/retry-policy.ts"
import type { RosterEntry } from "../configuration/roster.ts"
import { type Diagnosis, fail, ok, warn } from "./diagnosis.ts"
import { listAdvice } from "./list-advice.ts"

/** What one list answered to a request for its first page. */
interface Asked {
  readonly stream: ContractStream
  readonly outcome: Either.Either<ReadPage, ApiFailure>
  /** The API's clock less ours, milliseconds; null where the answer did not say. */
  readonly clockOffsetMillis: number | null
}

/** What is read is looked at and forgotten: nothing is kept, so nothing needs to be hidden. */
const ask = (contract: Contract, customerId: string, stream: ContractStream): Effect.Effect<Asked, never, PartnerApi> =>
  Effect.gen(function* () {
    const api = yield* PartnerApi
    let offset: number | null = null
    const outcome = yield* Effect.either(
      api.page({ stream, customerId, cursor: null }, (answer) => {
        if (answer.serverTimeMillis !== null) offset = answer.serverTimeMillis - answer.receivedAtMillis
        return readPage(contract, stream, customerId, { _tag: "Keep" }, answer)
      }),
    )
    const refused = Either.isLeft(outcome) && outcome.left._tag === "PartnerProblem" ? outcome.left : null
    return { stream, outcome, clockOffsetMillis: refused?.clockOffsetMillis ?? offset }
  })

const failureOf = ({ outcome }: Asked): ApiFailure | null => (Either.isLeft(outcome) ? outcome.left : null)

/** Whether anybody answered, whatever it said. */
const reach = (asked: Asked): Diagnosis => {
  const failure = failureOf(asked)
  if (failure === null || (failure._tag !== "TransportFailure" && classify(failure) !== "redirect")) {
    return ok("API", "it answers")
  }
  const { fails, remedy } = listAdvice[classify(failure)]
  return fail("API", fails ?? "api", failure.message, remedy)
}

/** Beyond the first, requests still pass as a rule; beyond the second, the freshness of a signature is at risk. */
const clockWarns = 30_000
const clockFails = 300_000

const clock = ({ clockOffsetMillis }: Asked): Diagnosis => {
  if (clockOffsetMillis === null) {
    return warn("clock", "the API's answer has no Date to compare this machine's clock with", null)
  }
  const off = Math.abs(clockOffsetMillis)
  const sentence = clockSentence(clockOffsetMillis)
  const remedy = "set this machine's clock, as with an NTP service"
  if (off > clockFails) return fail("clock", "credentials", sentence, remedy)
  return off > clockWarns ? warn("clock", sentence, remedy) : ok("clock", sentence)
}

/** Accepted where one answer shows it, refused where the first says so; where no answer tells, nothing is claimed. */
const credentials = (all: ReadonlyArray<Asked>): Diagnosis => {
  const advised = all.map((asked) => {
    const failure = failureOf(asked)
    return { failure, advice: failure === null ? null : listAdvice[classify(failure)] }
  })
  if (advised.some(({ advice }) => advice === null || advice.accepted)) return ok("credentials", "they are accepted")
  const refused = advised.find(({ advice }) => advice?.fails === "credentials")
  return refused === undefined
    ? warn("credentials", "no answer says whether they are accepted", "see what the lists answer")
    : fail("credentials", "credentials", refused.failure?.message ?? "", refused.advice?.remedy ?? "")
}

const firstPage = (check: string, page: ReadPage): Diagnosis => {
  const records = page.items === 1 ? "1 record" : `${page.items} records`
  const more = page.hasMore ? ", and more follows" : ""
  const [refused] = page.rejected
  return refused === undefined
    ? ok(check, `${records} on its first page${more}`)
    : warn(
        check,
        `${page.rejected.length} of ${records} on its first page cannot be read: ${refused.reason}`,
        "compare contract.streams of the configuration with the contract that Oceafin gave you",
      )
}

const list = (customer: RosterEntry, { outcome, stream }: Asked): Diagnosis => {
  const check = `list ${stream.stream}`
  if (Either.isRight(outcome)) return firstPage(check, outcome.right)
  const failure = outcome.left
  const failureClass = classify(failure)
  if (failureClass === "product_disabled") {
    return customer.products?.includes(stream.product)
      ? fail(
          check,
          "rights",
          `the customers' file expects the product ${stream.product}, and the API says it is disabled`,
          "correct the file that --customers names, or ask Oceafin to enable the product",
        )
      : ok(check, `the product ${stream.product} is not enabled for this customer`)
  }
  const { fails, remedy } = listAdvice[failureClass]
  return fails === null ? warn(check, failure.message, remedy) : fail(check, fails, failure.message, remedy)
}

/**
 * Asks each list of one customer for its first page, and says what came: whether the API can be reached, whether the
 * clocks agree, whether the credentials are accepted, and what each list answers. Balances go first: where nobody
 * answers there, or the credentials are refused, no other list is asked. Nothing is stored.
 */
export const checkApi = (
  contract: Contract,
  customer: RosterEntry,
): Effect.Effect<ReadonlyArray<Diagnosis>, never, PartnerApi> =>
  Effect.gen(function* () {
    const [first, ...others] = contract.streams
    if (first === undefined) return []
    const asked = yield* ask(contract, customer.customerId, first)
    const reached = reach(asked)
    if (reached.state === "fail") return [reached]
    const accepted = credentials([asked])
    if (accepted.state === "fail") return [reached, clock(asked), accepted]
    const rest = yield* Effect.forEach(others, (stream) => ask(contract, customer.customerId, stream), {
      concurrency: "unbounded",
    })
    const all = [asked, ...rest]
    return [reached, clock(asked), credentials(all), ...all.map((one) => list(customer, one))]
  })
