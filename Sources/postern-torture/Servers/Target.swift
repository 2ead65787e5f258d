import NIOCore
import PosternMeasuring
import PosternNIO

/// The server that is attacked.
struct Target: Sendable {
    /// The address of its JSON doors.
    let address: SocketAddress
    /// The address of its native door, where there is one.
    var native: Address?
    /// Its processes.
    let processes: [Int32]
    /// The folder of its control group, whose memory then counts in place of that of the processes.
    var controlGroup: String?

    /// Whether all of its processes run.
    var isRunning: Bool { processes.allSatisfy { ProcessMemory(of: $0) != nil } }

    /// Parses an address such as `127.0.0.1:8080`.
    ///
    /// - Throws: ``TortureFailure`` for text that is not an address.
    static func address(_ text: String) throws(TortureFailure) -> SocketAddress {
        let colon = text.lastIndex(of: ":")
        let port = colon.flatMap { UInt16(text[text.index(after: $0)...]) }
        guard let colon, let port else { throw TortureFailure("\(text) is not an address and a port") }
        do { return try SocketAddress(ipAddress: String(text[..<colon]), port: Int(port)) } catch {
            throw TortureFailure("\(text[..<colon]) is not an IP address")
        }
    }
}
