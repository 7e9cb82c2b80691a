import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type Found, judge, type Ledger, ledgerStore } from "./ledger-case.ts"

/** One small ledger and what a reconciliation must say of it. */
export interface LedgerCase {
  readonly it: string
  readonly ledger: Ledger
  /** The configuration file. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Every exception, in the order of code and record; none where it is left out. */
  readonly found?: ReadonlyArray<Found>
  readonly movements?: Readonly<Record<string, string>>
  readonly transactions?: Readonly<Record<string, string>>
  /** Every check that could not judge something; none where it is left out. */
  readonly unproven?: Readonly<Record<string, number>>
}

/** One test for each case. Where a case states no balances, that balances are unstated is not its subject. */
export const describeCases = (title: string, cases: ReadonlyArray<LedgerCase>): void =>
  layer(ledgerStore)(title, (it) => {
    for (const { found, it: name, ledger, movements, settings, transactions, unproven } of cases) {
      it.effect(name, () =>
        Effect.gen(function* () {
          const verdict = yield* judge(ledger, settings)
          const { BAL_UNSTATED: _, ...others } = verdict.unproven
          expect(verdict.found).toEqual(found ?? [])
          expect(ledger.balances === undefined ? others : verdict.unproven).toEqual(unproven ?? {})
          if (movements !== undefined) expect(verdict.movements).toEqual(movements)
          if (transactions !== undefined) expect(verdict.transactions).toEqual(transactions)
        }),
      )
    }
  })
