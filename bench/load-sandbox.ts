import { Effect, Redacted } from "effect"
import { benchSource } from "../src/sandbox/server/bench-source.ts"
import { serveSandbox } from "../src/sandbox/server.ts"
import { clientId, clientSecret, customers } from "./load-setup.ts"

const transactions = Number(process.argv[2])
const source = benchSource({ customers, transactions })

await Effect.runPromise(
  Effect.gen(function* () {
    const { baseUrl } = yield* serveSandbox({ source, port: 0, clientId, clientSecret: Redacted.make(clientSecret) })
    console.log(JSON.stringify({ baseUrl, customers: source.customers }))
    return yield* Effect.never
  }).pipe(Effect.scoped),
)
