/** Lets one holder in at a time, in the order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve()

  /** Waits for its turn, and gives the function that ends it. */
  async lock(): Promise<() => void> {
    const previous = this.#last
    let release = (): void => {}
    this.#last = new Promise((resolve) => {
      release = resolve
    })
    await previous
    return release
  }
}
