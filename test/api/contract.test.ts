import { describe, expect, it } from "vitest"
import { assumedPage, type ContractStream, resolveContract } from "../../src/api/contract.ts"
import { type StreamName, streams } from "../../src/api/streams.ts"

const streamOf = (name: StreamName, overrides: Parameters<typeof resolveContract>[0]): ContractStream | undefined =>
  resolveContract(overrides).streams.find((stream) => stream.stream === name)

describe("the contract in force", () => {
  it("is the table of streams where nobody says otherwise", () => {
    const contract = resolveContract()
    expect(contract.page).toEqual(assumedPage)
    expect(contract.streams.map(({ stream, path }) => [stream, path])).toEqual(
      streams.map(({ stream, path }) => [stream, path]),
    )
    expect(contract).toEqual(resolveContract({ page: { items: undefined }, streams: {} }))
  })

  it("takes another path, other fields and other statuses for one stream and leaves the others alone", () => {
    const overrides = {
      streams: {
        fiat_deposits: {
          path: "incoming-payments",
          fields: { deposit_id: "id", customer_id: "owner", amount: "grossAmount" },
          statuses: { REFUNDED: "void", BOOKED: "settled" },
        },
      },
    } as const
    const deposits = streamOf("fiat_deposits", overrides)
    expect(deposits?.path).toBe("incoming-payments")
    expect(deposits?.idFields.map(({ column, field }) => [column, field])).toEqual([["deposit_id", "id"]])
    expect(deposits?.customerField).toBe("owner")
    expect(deposits?.fields.find(({ column }) => column === "amount")?.field).toBe("grossAmount")
    expect(deposits?.fields.find(({ column }) => column === "fee")?.field).toBe("fee")
    expect(deposits?.statuses).toMatchObject({ REFUNDED: "void", BOOKED: "settled", COMPLETED: "settled" })
    expect(streamOf("crypto_deposits", overrides)).toEqual(streamOf("crypto_deposits", {}))
  })

  it("keeps the columns of the store, whatever the fields are called", () => {
    const renamed = streamOf("balances", { streams: { balances: { fields: { as_of: "readAt" } } } })
    expect(renamed?.fields.map(({ column }) => column)).toEqual(
      streamOf("balances", {})?.fields.map(({ column }) => column),
    )
  })

  it("gives statuses to a stream that had none, if a user says so", () => {
    expect(streamOf("fiat_accounts", {})?.statuses).toBe(null)
    const told = streamOf("fiat_accounts", { streams: { fiat_accounts: { statuses: { ACTIVE: "open" } } } })
    expect(told?.statuses).toEqual({ ACTIVE: "open" })
  })
})
