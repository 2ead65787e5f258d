/// Single requests, and work of many tasks.
extension Attacker {
    /// Sends a request over a connection of its own.
    ///
    /// - Parameter request: The bytes.
    /// - Returns: The status of the answer; `closed` when there is none, and `silence` when nothing comes.
    func status(of request: [UInt8]) async -> String {
        guard let connection = try? await connect() else { return "closed" }
        connection.send(request)
        let answer = await connection.take(within: Self.patience, HTTPAnswer.parse)
        let isClosed = answer == nil ? await connection.isClosed(within: .zero) : false
        await connection.close()
        return answer.map { "\($0.status)" } ?? (isClosed ? "closed" : "silence")
    }

    /// Sends bytes over a WebSocket of their own.
    ///
    /// - Parameter bytes: Frames, or what is not one.
    /// - Returns: `result` or the code of the first message, such as `-32600`; `close 1002` when the server closes with
    ///   a code, `closed` when it closes without one, and `silence` when nothing comes.
    func response(to bytes: [UInt8]) async -> String {
        guard let socket = try? await webSocket() else { return "no WebSocket" }
        socket.send(bytes)
        var response: String?
        while response == nil, let frame = await socket.take(within: Self.patience, ServerFrame.parse) {
            if let code = frame.closeCode { response = "close \(code)" }
            if frame.opcode == ClientFrame.Opcode.text.rawValue {
                response = ErrorCodes.all(in: frame.payload).first.map { "\($0)" } ?? "result"
            }
        }
        let isClosed = response == nil ? await socket.isClosed(within: .zero) : false
        await socket.close()
        return response ?? (isClosed ? "closed" : "silence")
    }

    /// Runs work in several tasks at once, and returns when all have ended.
    ///
    /// - Parameters:
    ///   - count: The number of tasks.
    ///   - work: The work of the task of a number, from 0.
    /// - Throws: The first error of a task.
    func parallel(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<count { group.addTask { try await work(number) } }
            try await group.waitForAll()
        }
    }

    /// Opens connections, not more than 64 at a time, so that the queue of the server does not overflow.
    func connections(
        _ count: Int,
        receiveBuffer: Int? = nil,
        from source: String? = nil
    ) async throws -> [RawConnection] {
        var all: [RawConnection] = []
        for start in stride(from: 0, to: count, by: 64) {
            all += try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in start..<min(count, start + 64) {
                    group.addTask { try await connect(receiveBuffer: receiveBuffer, from: source) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        return all
    }

    /// Records `cut` for each connection that the server has closed, and a fault when there are fewer than expected.
    func noteCuts(of connections: [RawConnection], atLeast expected: Int = 0) async {
        var count = 0
        for connection in connections where await connection.isClosed(within: .milliseconds(1)) {
            count += 1
            record.note("cut")
        }
        if count < expected { record.fault("\(count) of \(connections.count) connections were cut") }
    }
}
