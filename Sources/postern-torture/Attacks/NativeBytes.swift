import NIOCore
import PosternNIO

/// The bytes of native frames, made by hand.
enum NativeBytes {
    /// A hello without limits and without a secret.
    static let hello = frame([0x93, 0, 1, 0x80])

    /// Returns a hello with the nonce of a secret.
    static func hello(nonce: [UInt8]) -> [UInt8] {
        frame([0x93, 0, 1, 0x81] + text("auth") + [0xc4, UInt8(nonce.count)] + nonce)
    }

    /// Returns a frame with a body.
    static func frame(_ body: [UInt8]) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) } + body
    }

    /// Returns a call with positional arguments.
    static func call(_ path: String, _ arguments: [UInt8], number: Int = 1) -> [UInt8] {
        frame([0x98, 1] + integer(number) + text(path) + [0xc0, 0, 0] + arguments + [0xc0])
    }

    /// Returns an integer of at most 16 bits.
    static func integer(_ value: Int) -> [UInt8] { [0xcd, UInt8(value >> 8), UInt8(value & 0xff)] }

    /// Returns a string of at most 31 bytes.
    static func text(_ text: String) -> [UInt8] { [0xa0 | UInt8(text.utf8.count)] + Array(text.utf8) }

    /// Removes a frame from the front of the input, and returns its body.
    static func parse(_ input: inout ByteBuffer) -> [UInt8]? {
        guard let length: UInt32 = input.getInteger(at: input.readerIndex) else { return nil }
        guard input.readableBytes >= 4 + Int(length) else { return nil }
        input.moveReaderIndex(forwardBy: 4)
        return input.readBytes(length: Int(length))
    }

    /// Returns the name of a response: `reply`, `goodbye` with its code, or the code of an error.
    static func name(of body: [UInt8]) -> String? {
        guard body.count > 3 else { return nil }
        switch body[1] {
        case 2: return "reply"
        case 3:
            return body[3] == 0xd1 && body.count > 5
                ? "\(Int16(truncatingIfNeeded: Int(body[4]) << 8 | Int(body[5])))" : nil
        case 13: return "goodbye \(body[2])"
        default: return nil
        }
    }
}

extension Attacker {
    /// Opens a connection to the native door.
    func connectNatively(receiveBuffer: Int? = nil) async throws -> RawConnection {
        guard case .tcp(let host, let port) = native else { throw TortureFailure("there is no native door over TCP") }
        let address = try SocketAddress(ipAddress: host, port: port)
        return try await connect(to: address, receiveBuffer: receiveBuffer)
    }

    /// Sends bytes to the native door, and returns the name of the first response, `closed` or `silence`.
    func nativeResponse(to bytes: [UInt8]) async -> String {
        guard let connection = try? await connectNatively() else { return "no connection" }
        connection.send(bytes)
        var response: String?
        while response == nil, let body = await connection.take(within: Self.patience, NativeBytes.parse) {
            response = NativeBytes.name(of: body)
        }
        let isClosed = response == nil ? await connection.isClosed(within: .zero) : false
        await connection.close()
        return response ?? (isClosed ? "closed" : "silence")
    }
}
