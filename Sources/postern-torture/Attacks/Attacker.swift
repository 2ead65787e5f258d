import NIOCore
import PosternNIO

/// What an attack has at hand.
struct Attacker: Sendable {
    let server: SocketAddress
    let native: Address?
    /// The seed of everything random.
    let seed: UInt64
    /// The time at which the attack ends.
    let end: ContinuousClock.Instant
    let record = AttackRecord()

    /// How long an answer is waited for.
    static let patience = Duration.seconds(12)

    /// Whether the attack has not ended.
    var isGoing: Bool { ContinuousClock.now < end }

    /// The time until the end.
    var left: Duration { max(.zero, end - .now) }

    /// Opens a connection, which counts until it is closed.
    ///
    /// - Parameters:
    ///   - address: The address; by default that of the JSON doors.
    ///   - receiveBuffer: The size of the kernel's buffer for input, in bytes; by default that of the system.
    ///   - source: The local address, such as 127.0.0.2; by default that of the system.
    /// - Returns: The connection.
    /// - Throws: The error of a connection that was refused.
    func connect(
        to address: SocketAddress? = nil,
        receiveBuffer: Int? = nil,
        from source: String? = nil
    ) async throws -> RawConnection {
        let connection = try await RawConnection.open(to: address ?? server, receiveBuffer: receiveBuffer, from: source)
        record.countOpen()
        connection.whenClosed { [record] in record.countClosed() }
        return connection
    }

    /// Opens a WebSocket.
    func webSocket(receiveBuffer: Int? = nil) async throws -> RawConnection {
        let connection = try await connect(receiveBuffer: receiveBuffer)
        connection.send(RequestText.handshake())
        let answer = await connection.take(within: Self.patience, HTTPAnswer.parse)
        guard answer?.status == 101 else { throw TortureFailure("no WebSocket: \(answer?.head ?? "closed")") }
        return connection
    }

    /// Reads messages until the end of the attack or of the connection, and notes every code of an error or a close.
    func noteRefusals(on socket: RawConnection) async {
        while isGoing, let frame = await socket.take(within: left, ServerFrame.parse) { note(frame) }
    }

    /// Reads HTTP answers until the end, and notes every status of an error and every code of an error.
    func noteAnswers(on connection: RawConnection) async {
        while isGoing, let answer = await connection.take(within: left, HTTPAnswer.parse) { note(answer) }
    }

    func note(_ frame: ServerFrame) {
        if let code = frame.closeCode { return record.note("close \(code)") }
        for code in ErrorCodes.all(in: frame.payload) { record.note("\(code)") }
    }

    func note(_ answer: HTTPAnswer) {
        if answer.status >= 400 { record.note("\(answer.status)") }
        for code in ErrorCodes.all(in: Array(answer.body.utf8)) { record.note("\(code)") }
    }

    /// Waits until the end of the attack.
    func hold() async { try? await Task.sleep(for: left) }

    /// Sends messages to the chat until its history has `count` texts of some bytes.
    func fillHistory(_ count: Int, textBytes: Int = 2_000) async throws {
        let socket = try await webSocket()
        let text = String(repeating: "x", count: textBytes)
        for id in 0..<count {
            socket.send(ClientFrame.text(RequestText.call("chat.say", #"["a","\#(text)"]"#, id: id)).bytes)
            _ = await socket.take(within: .seconds(5), ServerFrame.parse)
        }
        await socket.close()
    }
}
