import { randomUUID } from "node:crypto"
import { Context } from "effect"

/**
 * Names that must never repeat: nonces, request ids, run ids. Not Effect's Random, because a nonce must be unguessable
 * and unique over processes; a reference rather than an import, so that a test can fix it.
 */
export class Entropy extends Context.Reference<Entropy>()("tidemark/Entropy", {
  defaultValue: () => ({ uuid: (): string => randomUUID() }),
}) {}
