import type { PageRequest } from "./page-request.ts"

/** Requests that may be asked to find out who answers, each another one, in turn. */
export interface Witnesses {
  /** A first page that was answered; it stands for its list. */
  readonly answered: (request: PageRequest) => void
  /** First pages that nobody has asked for yet, for the time before anybody has answered. */
  readonly mayAsk: (requests: ReadonlyArray<PageRequest>) => void
  readonly hasAnswered: () => boolean
  readonly hasUntried: () => boolean
  /** One that was answered before; else, where that is asked for, one that was not tried. */
  readonly next: (orUntried: boolean) => PageRequest | null
}

const most = 64

const takeInTurn = (requests: Array<PageRequest>): PageRequest | null => {
  const first = requests.shift() ?? null
  if (first !== null) requests.push(first)
  return first
}

export const makeWitnesses = (): Witnesses => {
  const known: Array<PageRequest> = []
  const untried: Array<PageRequest> = []
  const isKnown = ({ customerId, stream }: PageRequest): boolean =>
    known.some((witness) => witness.customerId === customerId && witness.stream === stream)
  return {
    answered: (request) => {
      if (request.cursor !== null || known.length === most || isKnown(request)) return
      known.push({ customerId: request.customerId, stream: request.stream, cursor: null })
    },
    mayAsk: (requests) => void untried.push(...requests),
    hasAnswered: () => known.length > 0,
    hasUntried: () => untried.length > 0,
    next: (orUntried) => takeInTurn(known.length === 0 && orUntried ? untried : known),
  }
}
