import PosternAdmission

/// A host and a port, as in `Host` and in origins (RFC 3986 section 3.2).
struct Authority: Hashable, Sendable {
    /// A host name in lower case, or an address.
    enum Host: Hashable, Sendable {
        case name(String)
        case address(IPAddress)
    }

    let host: Host
    /// The port; `nil` for the default port of the scheme.
    let port: UInt16?

    /// Parses an authority, ignoring case; `nil` if it has a user name, an invalid host or an invalid port.
    ///
    /// An empty port, as in `a.example:`, is treated as no port.
    init?(_ text: Substring) {
        // Some characters outside of ASCII, such as the Kelvin sign, have an ASCII letter as their lower case.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let text = Substring(text.lowercased())
        let (hostText, portText) = Self.split(text)
        guard let host = Self.host(hostText), let port = Self.port(portText) else { return nil }
        self.host = host
        self.port = port
    }

    init(_ host: Host, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// Whether the host is reached over the loopback interface.
    var isLocal: Bool {
        switch host {
        case .name(let name): name == "localhost"
        case .address(let address): address.isLoopback
        }
    }

    /// Splits a text at the colon before the port; the colons of an IPv6 address are within brackets.
    private static func split(_ text: Substring) -> (host: Substring, port: Substring?) {
        let searched = text.hasPrefix("[") ? text[(text.firstIndex(of: "]") ?? text.startIndex)...] : text
        guard let colon = searched.firstIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func host(_ text: Substring) -> Host? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress(v6: text.dropFirst().dropLast()).map(Host.address)
        }
        if let address = IPAddress(v4: text) { return .address(address) }
        return isName(text) ? .name(String(text)) : nil
    }

    /// Parses a port; the outer optional is `nil` for an invalid port, the inner one for an absent port.
    private static func port(_ text: Substring?) -> UInt16?? {
        guard let text, !text.isEmpty else { return .some(nil) }
        guard text.utf8.count <= 5, text.utf8.allSatisfy(\.isDigit), let port = UInt16(text) else { return nil }
        return port
    }

    /// Returns whether a text is a host name: labels of letters, digits, `-` and `_`, the last of which is no number.
    ///
    /// Browsers parse a host whose last label is a number as an IPv4 address (WHATWG URL section 3.1).
    private static func isName(_ text: Substring) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, !last.allSatisfy(\.isDigit) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count)
                && label.allSatisfy { $0.isDigit || $0 >= 0x61 && $0 <= 0x7A || $0 == 0x2D || $0 == 0x5F }
        }
    }
}

extension UInt8 {
    /// Whether the byte is a decimal digit.
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}
