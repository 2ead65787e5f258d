/// An IP address.
package enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// Parses an IPv4 or IPv6 address, without brackets or a port; `nil` for any other text.
    package init?(_ text: Substring) {
        guard let address = IPAddress(v4: text) ?? IPAddress(v6: text) else { return nil }
        self = address
    }

    /// Parses four decimal numbers without leading zeros; `nil` for any other text.
    ///
    /// Some parsers read a number with a leading zero as octal, so the address would be ambiguous.
    package init?(v4 text: Substring) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard part.utf8.allSatisfy(\.isDecimal), part == "0" || part.first != "0", let byte = UInt8(part) else {
                return nil
            }
            address = address << 8 | UInt32(byte)
        }
        self = .v4(address)
    }

    /// Parses an IPv6 address without brackets (RFC 4291 section 2.2) and without a zone.
    package init?(v6 text: Substring) {
        guard let gap = text.firstRange(of: "::") else {
            guard let groups = Self.groups(text), groups.count == 8 else { return nil }
            self = .v6(Self.number(groups))
            return
        }
        let rest = text[gap.upperBound...]
        // An IPv4 address can only end the text, so not the part before the gap. The gap has at least one group.
        guard let front = Self.groups(text[..<gap.lowerBound], mayEndInAddress: false), let back = Self.groups(rest),
            front.count + back.count < 8
        else { return nil }
        self = .v6(Self.number(front + Array(repeating: 0, count: 8 - front.count - back.count) + back))
    }

    /// Whether the address is a loopback address.
    package var isLoopback: Bool {
        switch self {
        case .v4(let address): address >> 24 == 127
        case .v6(let address): address == 1
        }
    }

    /// The IPv4 address that an IPv4-mapped IPv6 address contains; otherwise the address itself.
    ///
    /// A socket that accepts both families has clients of IPv4 with mapped addresses (RFC 4291 section 2.5.5.2).
    package var unmapped: IPAddress {
        guard case .v6(let address) = self, address >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: address))
    }

    private static func number(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

    /// Parses groups that are separated by colons, of which the last may be an IPv4 address in place of two groups.
    private static func groups(_ text: Substring, mayEndInAddress: Bool = true) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, mayEndInAddress, case .v4(let address)? = IPAddress(v4: part) {
                groups += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
            } else {
                guard part.utf8.allSatisfy(\.isHexadecimal), part.utf8.count <= 4, let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }
}

extension UInt8 {
    fileprivate var isDecimal: Bool { self >= 0x30 && self <= 0x39 }
    fileprivate var isHexadecimal: Bool { isDecimal || (0x41...0x46).contains(self & 0xDF) }
}
