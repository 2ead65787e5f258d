/// Reads the address of the client from the header field in which proxies state it.
///
/// Each proxy appends the address of its own peer, so entries are read from the last one on, as long as they name
/// trusted proxies. What precedes the first other address was written by the client, and is not even parsed.
package struct ForwardedChain {
    /// The client of a request.
    package struct Client: Hashable {
        package let address: IPAddress
        /// The address as the proxy has written it, without a port.
        package let text: String
        /// Whether the address is that of a trusted proxy, which then has sent the request itself.
        package let isProxy: Bool
    }

    private let limits: AddressLimits

    package init(_ limits: AddressLimits) { self.limits = limits }

    /// Returns the client of a request that a trusted proxy has sent.
    ///
    /// - Parameter values: The values of all header fields with the name in ``AddressLimits/forwardedField``, in order.
    /// - Returns: The last address that is not a trusted proxy's. If an entry before it is no address, such as
    ///   `unknown`, or there are no further entries: the last proxy that was named, `nil` if there is none.
    package func client(in values: [String]) -> Client? {
        var proxy: Client?
        for value in values.reversed() {
            var rest = value[...]
            while let entry = Self.takeLast(&rest, separator: ",") {
                guard let client = client(Self.trimmed(entry)) else { return proxy }
                guard client.isProxy else { return client }
                proxy = client
            }
        }
        return proxy
    }

    private func client(_ entry: Substring) -> Client? {
        let node = limits.forwardedField == .forwarded ? Self.forNode(of: entry) : entry
        guard let node else { return nil }
        let text = Self.withoutPort(node)
        guard let address = IPAddress(text)?.unmapped else { return nil }
        return Client(address: address, text: String(text), isProxy: limits.isProxy(.ip(address)))
    }

    /// Returns the value of the one `for` parameter of an element of `Forwarded`; `nil` without one, or with several.
    private static func forNode(of element: Substring) -> Substring? {
        var rest = element
        var node: Substring?
        while let pair = takeLast(&rest, separator: ";").map(trimmed) {
            guard pair.prefix(4).lowercased() == "for=" else { continue }
            guard node == nil else { return nil }
            node = pair.dropFirst(4)
        }
        guard let node, node.hasPrefix("\""), node.hasSuffix("\""), node.count > 1 else { return node }
        return node.dropFirst().dropLast()
    }

    /// Removes and returns the part after the last separator that is not within quotes; `nil` if nothing is left.
    ///
    /// From the end, because the end was written by a proxy: a quote that a client has left open before it cannot
    /// enclose it.
    private static func takeLast(_ text: inout Substring, separator: Unicode.Scalar) -> Substring? {
        guard !text.isEmpty else { return nil }
        let bytes = text.utf8
        var isQuoted = false
        var index = bytes.endIndex
        while index > bytes.startIndex {
            let after = index
            bytes.formIndex(before: &index)
            if bytes[index] == UInt8(ascii: "\""), !isEscaped(index, in: bytes) { isQuoted.toggle() }
            guard bytes[index] == UInt8(ascii: separator), !isQuoted else { continue }
            defer { text = text[..<index] }
            return text[after...]
        }
        defer { text = "" }
        return text
    }

    private static func isEscaped(_ index: Substring.Index, in bytes: Substring.UTF8View) -> Bool {
        index > bytes.startIndex && bytes[bytes.index(before: index)] == UInt8(ascii: "\\")
    }

    /// Returns the address in `10.0.0.1:80`, `[::1]:80` or `[::1]`; any other text as it is.
    private static func withoutPort(_ node: Substring) -> Substring {
        if node.hasPrefix("[") {
            return node.firstIndex(of: "]").map { node[node.index(after: node.startIndex)..<$0] } ?? node
        }
        guard let colon = node.firstIndex(of: ":"), node.lastIndex(of: ":") == colon else { return node }
        return node[..<colon]
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...end]
    }
}
