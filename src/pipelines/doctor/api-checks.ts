import { Array as Arr, Effect, Either, Redacted } from "effect"
import { clockSentence } from "../../api/answer-times.ts"
import type { Contract, ContractStream } from "../../api/contract.ts"
import type { ApiFailure } from "../../api/failures.ts"
import { PartnerApi } from "../../api/partner-api.ts"
import type { PersonalData } from "../../api/personal-data.ts"
import { type ReadPage, readPage } from "../../api/read-page.ts"
import { classify, meansOutage } from "../../api/retry-policy.ts"
import type { RosterEntry } from "../configuration/roster.ts"
import { isThePartnerApis } from "../sync/coverage.ts"
import { type Diagnosis, fail, ok, warn } from "./diagnosis.ts"
import { listAdvice } from "./list-advice.ts"

/** What one list of a customer answered to a request for its first page. */
interface Asked {
  readonly customer: RosterEntry
  readonly stream: ContractStream
  readonly outcome: Either.Either<ReadPage, ApiFailure>
  /** The API's clock less ours, milliseconds; null where the answer did not say. */
  readonly clockOffsetMillis: number | null
}

/** What is read is looked at and forgotten; what is told of it names nobody. */
const hidden: PersonalData = { _tag: "Hash", salt: Redacted.make("of no store") }

const ask = (
  contract: Contract,
  customer: RosterEntry,
  stream: ContractStream,
): Effect.Effect<Asked, never, PartnerApi> =>
  Effect.gen(function* () {
    const api = yield* PartnerApi
    const { customerId } = customer
    let offset: number | null = null
    const outcome = yield* Effect.either(
      api.page({ stream, customerId, cursor: null }, (answer) => {
        if (answer.serverTimeMillis !== null) offset = answer.serverTimeMillis - answer.receivedAtMillis
        return readPage(contract, stream, customerId, hidden, answer)
      }),
    )
    const refused = Either.isLeft(outcome) && outcome.left._tag === "PartnerProblem" ? outcome.left : null
    return { customer, stream, outcome, clockOffsetMillis: refused?.clockOffsetMillis ?? offset }
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

/** Beyond this, requests still pass as a rule; a night that is told of it goes by the API's clock. */
const clockWarns = 30_000

const clock = ({ clockOffsetMillis }: Asked): Diagnosis => {
  if (clockOffsetMillis === null) {
    return warn("clock", "the API's answer has no Date to compare this machine's clock with", null)
  }
  const sentence = clockSentence(clockOffsetMillis)
  return Math.abs(clockOffsetMillis) > clockWarns
    ? warn("clock", sentence, "set this machine's clock, as with an NTP service")
    : ok("clock", sentence)
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

/** A list that is not read leaves the night incomplete, whatever it is that keeps it from being read. */
const list = ({ customer, outcome, stream }: Asked): Diagnosis => {
  const check = `list ${stream.stream}`
  if (Either.isRight(outcome)) return firstPage(check, outcome.right)
  const failure = outcome.left
  const failureClass = classify(failure)
  if (failureClass === "product_disabled") {
    return customer.products?.includes(stream.product)
      ? fail(
          check,
          "coverage",
          `the customers' file expects the product ${stream.product}, and the API says it is disabled`,
          "correct the file that --customers names, or ask Oceafin to enable the product",
        )
      : ok(check, `the product ${stream.product} is not enabled for this customer`)
  }
  const { fails, remedy } = listAdvice[failureClass]
  return fails === null
    ? warn(check, failure.message, remedy)
    : fail(check, fails === "credentials" ? fails : "coverage", failure.message, remedy)
}

/** Customers named at most; the rest is counted. */
const namedAtMost = 3

const namesOf = (all: ReadonlyArray<Asked>): string => {
  const more = all.length - namedAtMost
  const names = all.slice(0, namedAtMost).map(({ customer }) => customer.partnerCustomerRef)
  return `${all.length === 1 ? "customer" : `${all.length} customers:`} ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

/** What a list answered to each customer, alike answers in one line. */
const listOfAll = (all: ReadonlyArray<Asked>): ReadonlyArray<Diagnosis> => {
  const told = all.map((asked) => ({ asked, diagnosis: list(asked) }))
  const alike = Object.values(
    Arr.groupBy(told, ({ asked, diagnosis }) => {
      const failure = failureOf(asked)
      return `${diagnosis.state} ${failure === null ? "" : classify(failure)}`
    }),
  )
  return alike.map(([first, ...others]) => {
    const { diagnosis } = first
    if (all.length === 1) return diagnosis
    const group = [first, ...others].map(({ asked }) => asked)
    return failureOf(first.asked) === null && diagnosis.state === "ok"
      ? { ...diagnosis, detail: `${group.length === 1 ? "1 customer is" : `${group.length} customers are`} answered` }
      : { ...diagnosis, detail: `${diagnosis.detail} (${namesOf(group)})` }
  })
}

/** Whether nobody, or somebody else, answers in the API's place. */
const isStranger = (failure: ApiFailure | null): failure is ApiFailure =>
  failure !== null && (meansOutage(failure) || !isThePartnerApis(failure))

const notTheApi = (failure: ApiFailure): Diagnosis => {
  const { remedy } = listAdvice[classify(failure)]
  return meansOutage(failure)
    ? fail("API", "api", failure.message, remedy)
    : fail(
        "API",
        "configuration",
        `what answers does not speak as the Partner API does: ${failure.message}`,
        "check OCEAFIN_PARTNER_API_BASE_URL, its path too, or describe the difference under contract in the configuration",
      )
}

/**
 * Asks what a night would ask, and says what came: whether the API can be reached, whether the clocks agree, whether the
 * credentials are accepted, and what the lists answer: all of the first customer, and the balances of the others, or all of
 * theirs too where it is to be `thorough`. Where nobody answers, somebody else does, or the credentials are refused, no other
 * list is asked, as a night would end there. Nothing is stored.
 */
export const checkApi = (
  contract: Contract,
  [first, ...customers]: readonly [RosterEntry, ...ReadonlyArray<RosterEntry>],
  thorough: boolean,
): Effect.Effect<ReadonlyArray<Diagnosis>, never, PartnerApi> =>
  Effect.gen(function* () {
    const [balances, ...others] = contract.streams
    const [another] = others
    if (balances === undefined || another === undefined) return []
    const asked = yield* ask(contract, first, balances)
    const reached = reach(asked)
    if (reached.state === "fail") return [reached]
    const accepted = credentials([asked])
    if (accepted.state === "fail") return [reached, clock(asked), accepted]
    const rest: Array<Asked> = []
    if (isStranger(failureOf(asked))) {
      const witness = yield* ask(contract, first, another)
      const failure = failureOf(witness)
      if (isStranger(failure)) return [notTheApi(failure)]
      rest.push(witness)
    }
    const lists = (customer: RosterEntry, streams: ReadonlyArray<ContractStream>) =>
      streams.map((stream) => ask(contract, customer, stream))
    const left = rest.length === 0 ? others : others.slice(1)
    rest.push(
      ...(yield* Effect.all(
        [
          ...lists(first, left),
          ...customers.flatMap((customer) => lists(customer, thorough ? contract.streams : [balances])),
        ],
        { concurrency: 32 },
      )),
    )
    const all = [asked, ...rest]
    const byList = contract.streams.map(({ stream }) => all.filter((one) => one.stream.stream === stream))
    return [reached, clock(asked), credentials(all), ...byList.flatMap(listOfAll)]
  })
