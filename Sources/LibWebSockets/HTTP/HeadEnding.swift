import FoundationEssentials

/// The last fields of every response head: `Connection` and `Date`, which is formatted once per second.
struct HeadEnding {
    /// Whether the connection persists after the response.
    enum Connection {
        /// It persists, which is the default of HTTP/1.1 and needs no field.
        case staysOpen
        case closes
        /// It persists, which must be confirmed to an HTTP/1.0 client that requested it.
        case isKept
    }

    private var date: [UInt8] = []
    private var validUntil: UInt64 = 0

    /// Appends the last fields and the empty line.
    ///
    /// - Parameters:
    ///   - connection: Whether the connection persists.
    ///   - output: The head, up to its last line without the line end.
    ///   - now: The time of the loop's clock in milliseconds.
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
        // Until the next full second of the wall clock.
        validUntil = now + 1_000 - milliseconds % 1_000
    }
}
