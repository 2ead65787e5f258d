package import FoundationEssentials
package import Postern

package struct Point: Codable, Hashable, Sendable {
    package var x: Int
    package var y: Double

    package init(x: Int, y: Double) { (self.x, self.y) = (x, y) }
}

package struct Person: Codable, Hashable, Sendable {
    package struct Address: Codable, Hashable, Sendable {
        package var street: String
        package var zip: String?
    }

    package var id: UUID
    package var name: String
    package var born: Date?
    package var home: Address
    package var others: [Address]
    package var favourite: Color?
    package var photo: Data?
    package var tags: Set<String>
}

package struct Tree: Codable, Hashable, Sendable {
    package var name: String
    package var children: [Tree]
}

package final class Chain: Codable, Sendable {
    package let value: Int
    package let next: Chain?

    package init(_ value: Int, _ next: Chain? = nil) {
        self.value = value
        self.next = next
    }
}

package struct Page<Item: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package var items: [Item]
    package var next: Int?
}

package struct Renamed: Codable, Hashable, Sendable {
    package var userName: String
    package var isAdmin: Bool

    private enum CodingKeys: String, CodingKey {
        case userName = "user_name"
        case isAdmin = "is-admin"
    }
}

package struct Nothing: Codable, Hashable, Sendable {}

/// An identifier of any text.
package struct Identifier: RawRepresentable, Codable, Hashable, Sendable {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// Three bytes in an array.
package struct Pixel: Codable, Hashable, Sendable {
    package var red, green, blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        red = try container.decode(UInt8.self)
        green = try container.decode(UInt8.self)
        blue = try container.decode(UInt8.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for part in [red, green, blue] { try container.encode(part) }
    }
}

/// A struct whose members have default values.
package struct Settings: Codable, Hashable, Sendable {
    package var size = 10
    package var name: String

    private enum CodingKeys: CodingKey { case size, name }

    package init(name: String) { self.name = name }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        size = try container.decodeIfPresent(Int.self, forKey: .size) ?? 10
    }
}

/// A struct that is spread over nested objects.
package struct Spread: Codable, Hashable, Sendable {
    package var width: Int
    package var names: [String]

    private enum CodingKeys: CodingKey { case outer, names }
    private enum InnerKeys: CodingKey { case width }

    package init(_ width: Int, _ names: [String]) { (self.width, self.names) = (width, names) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        width = try container.nestedContainer(keyedBy: InnerKeys.self, forKey: .outer).decode(Int.self, forKey: .width)
        var list = try container.nestedUnkeyedContainer(forKey: .names)
        names = []
        while !list.isAtEnd { names.append(try list.decode(String.self)) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var inner = container.nestedContainer(keyedBy: InnerKeys.self, forKey: .outer)
        try inner.encode(width, forKey: .width)
        try container.encode(names, forKey: .names)
    }
}

/// A struct that refuses most of its values.
package struct Stay: Codable, Hashable, Sendable {
    package var nights: Int
    package var note: String?

    package init(_ nights: Int) { self.nights = nights }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        nights = try container.decode(Int.self, forKey: .nights)
        note = try container.decodeIfPresent(String.self, forKey: .note)
        guard nights > 50 else {
            throw DecodingError.dataCorruptedError(forKey: .nights, in: container, debugDescription: "too few nights")
        }
    }
}

/// A text that no sample of a probe is, and a schema of its own.
package struct ISBN: Codable, Hashable, Sendable, CustomJSONSchema {
    package static let jsonSchema: Value = [
        "type": "string", "pattern": "^97[89]-[0-9]{10}$", "examples": ["978-0000000000"],
    ]
    package var text: String

    package init(_ text: String) { self.text = text }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        text = try container.decode(String.self)
        guard text.hasPrefix("978-") || text.hasPrefix("979-"), text.utf8.count == 14,
            text.dropFirst(4).utf8.allSatisfy({ (48...57).contains($0) })
        else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "no ISBN") }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

package struct Book: Codable, Hashable, Sendable {
    package var number: ISBN
    package var price: Decimal
    package var link: URL?
}

/// A type whose `init(from:)` accepts nothing that a probe has.
package struct Secret: Codable, Hashable, Sendable {
    package var word: String

    package init(_ word: String) { self.word = word }

    package init(from decoder: any Decoder) throws {
        let members = try [String: String](from: decoder)
        guard let word = members["word"], members["magic"] == "please" else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no magic word"))
        }
        self.word = word
    }

    package func encode(to encoder: any Encoder) throws {
        try ["word": word, "magic": "please"].encode(to: encoder)
    }
}
