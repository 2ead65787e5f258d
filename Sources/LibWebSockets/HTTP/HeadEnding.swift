import FoundationEssentials

/// The last lines of every head: what becomes of the connection, and the date, which is written once a second.
struct HeadEnding {
    /// What an answer says of its connection.
    enum Connection {
        /// It goes on, as it does in HTTP/1.1 unless something else is said.
        case staysOpen
        case closes
        /// It goes on, which a client of HTTP/1.0 asked for and has to be promised.
        case isKept
    }

    private var date: [UInt8] = []
    private var validUntil: UInt64 = 0

    /// Ends a head.
    ///
    /// - Parameters:
    ///   - connection: What becomes of the connection.
    ///   - output: The head, whose last line has no end yet.
    ///   - now: The time of the loop.
    mutating func append(_ connection: Connection, to output: inout [UInt8], now: UInt64) {
        if now >= validUntil { writeDate(now) }
        switch connection {
        case .staysOpen: break
        case .closes: output.append(contentsOf: "\r\nConnection: close".utf8)
        case .isKept: output.append(contentsOf: "\r\nConnection: keep-alive".utf8)
        }
        output.append(contentsOf: date)
    }

    private mutating func writeDate(_ now: UInt64) {
        let milliseconds = UInt64(max(0, Date.now.timeIntervalSince1970 * 1_000))
        date = Array("\r\nDate: \(HTTPDate.text(secondsSince1970: Int(milliseconds / 1_000)))\r\n\r\n".utf8)
        validUntil = now + 1_000 - milliseconds % 1_000
    }
}
