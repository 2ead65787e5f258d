import FoundationEssentials

package enum Color: String, Codable, CaseIterable, Sendable { case red, green, deepBlue = "deep-blue" }

package enum Priority: Int, Codable, Sendable { case low = 1, high = 9 }

package enum Level: String, Codable, CodingKeyRepresentable, Sendable { case first, second }

package enum Direction: Codable, Hashable, Sendable { case north, south }

package enum Shape: Codable, Hashable, Sendable {
    case circle(radius: Double)
    case rectangle(width: Double, height: Double, label: String?)
    case point(Int, Int)
    case nothing
}

package indirect enum Formula: Codable, Hashable, Sendable {
    case sum(Formula, Formula)
    case negative(of: Formula)
    case number(Int)
}

/// A text or a number, which is tried first as the one and then as the other.
package enum Either: Codable, Hashable, Sendable {
    case text(String)
    case number(Int)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .number(try container.decode(Int.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }
}

/// A form whose other members depend on the member `kind`.
package enum Entry: Codable, Hashable, Sendable {
    case file(size: Int)
    case link(target: String)

    private enum Kind: String, Codable { case file, link }
    private enum CodingKeys: CodingKey { case kind, size, target }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .file: self = .file(size: try container.decode(Int.self, forKey: .size))
        case .link: self = .link(target: try container.decode(String.self, forKey: .target))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .file(let size):
            try container.encode(Kind.file, forKey: .kind)
            try container.encode(size, forKey: .size)
        case .link(let target):
            try container.encode(Kind.link, forKey: .kind)
            try container.encode(target, forKey: .target)
        }
    }
}
