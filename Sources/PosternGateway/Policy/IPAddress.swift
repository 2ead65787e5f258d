/// An IP address in the notation of URLs.
enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// An IPv6 address as its eight groups.
    case v6([UInt16])

    /// Parses four decimal numbers without leading zeros; `nil` for any other text.
    ///
    /// Some parsers read a number with a leading zero as octal, so the address would be ambiguous.
    init?(v4 text: Substring) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard part.utf8.allSatisfy(\.isDigit), part == "0" || part.first != "0", let byte = UInt8(part) else {
                return nil
            }
            address = address << 8 | UInt32(byte)
        }
        self = .v4(address)
    }

    /// Parses the text within the brackets of an IPv6 address (RFC 4291 section 2.2), without a zone.
    init?(v6 text: Substring) {
        guard let gap = text.firstRange(of: "::") else {
            guard let groups = Self.groups(text), groups.count == 8 else { return nil }
            self = .v6(groups)
            return
        }
        let rest = text[gap.upperBound...]
        // An IPv4 address can only end the text, so not the part before the gap. The gap has at least one group.
        guard let front = Self.groups(text[..<gap.lowerBound], mayEndInAddress: false), let back = Self.groups(rest),
            front.count + back.count < 8
        else { return nil }
        self = .v6(front + Array(repeating: 0, count: 8 - front.count - back.count) + back)
    }

    /// Whether the address is a loopback address.
    var isLoopback: Bool {
        switch self {
        case .v4(let address): address >> 24 == 127
        case .v6(let groups): groups == [0, 0, 0, 0, 0, 0, 0, 1]
        }
    }

    /// Parses groups that are separated by colons, of which the last may be an IPv4 address in place of two groups.
    private static func groups(_ text: Substring, mayEndInAddress: Bool = true) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, mayEndInAddress, case .v4(let address)? = IPAddress(v4: part) {
                groups += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
            } else {
                guard part.utf8.allSatisfy(\.isHexDigit), part.utf8.count <= 4, let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isHexDigit: Bool { hexDigit != nil }

    /// The value of the byte as a hexadecimal digit; `nil` for any other byte.
    var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
