import PosternLedger

/// The memory that a connection makes this process hold.
extension HTTPConnection: CutTarget {
    /// The account of the connection.
    var account: MemoryAccount {
        if let openedAccount { return openedAccount }
        let account = worker.memory.account(cutting: self, on: loop, of: client.memoryAddress)
        openedAccount = account
        return account
    }

    /// Takes a place for a request among those of its client, if a trusted proxy has sent it.
    ///
    /// - Returns: `false` if the client has as many requests and WebSockets as it may have.
    func takePlace(for head: HTTPRequestHead) -> Bool {
        guard isProxy else { return true }
        // What the proxy has not read yet of the last response moves to the new client: most often it is nothing.
        defer { openedAccount?.move(to: client.memoryAddress) }
        return client.takePlace(for: head, by: worker.forwarded, at: worker.gate)
    }

    /// Charges the output, as far as it has changed.
    func chargeOutput() {
        chargedOutput = output.heldCount
        account.set(chargedOutput, for: .output)
    }

    /// Charges an incomplete body, or releases it if it is complete.
    ///
    /// - Returns: `false` if the process has no room for the body.
    func chargeInput(of body: borrowing RequestBody, _ outcome: RequestBody.Outcome) -> Bool {
        guard case .incomplete = outcome else {
            releaseInput()
            return true
        }
        guard account.chargeInput(body.head.bytes.capacity) != nil else { return true }
        releaseInput()
        return false
    }

    /// Charges the body of a request that is not answered yet, and that its exchange holds.
    func chargeRequest() {
        guard let exchange, exchange.hasLongBody else { return }
        account.set(exchange.request.contentLength, for: .input)
    }

    /// Releases the body, since it is complete, refused or answered.
    func releaseInput() { openedAccount?.set(0, for: .input) }

    /// Closes the connection because it holds too much memory.
    ///
    /// A client that has not read its response would not read another one either.
    func cut() {
        if case .closed = state { return }
        worker.service.cutConnection(from: client.address)
        close()
    }

    /// Ends the account.
    func closeAccount() {
        guard let openedAccount else { return }
        openedAccount.set(0, for: .output)
        openedAccount.set(0, for: .input)
        openedAccount.close()
    }
}

extension HTTPExchange {
    /// Whether the body is charged until the response is complete.
    var hasLongBody: Bool { request.contentLength > 4 << 10 }
}
