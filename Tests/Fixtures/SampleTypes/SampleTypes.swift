import FoundationEssentials
import Postern

/// A function that is called with each type of the list and a few of its values.
package protocol SampleVisitor {
    func visit<Content: Codable & Sendable>(_ name: String, _ samples: [Content])
}

/// The types whose schemas are compared with what the codecs read and write.
package enum SampleTypes {
    package static func visit(_ visitor: some SampleVisitor) {
        visitNumbers(visitor)
        visitScalars(visitor)
        visitContainers(visitor)
        visitEnumerations(visitor)
        visitStructures(visitor)
    }

    private static func visitNumbers(_ visitor: some SampleVisitor) {
        visitor.visit("int", [0, Int.min, Int.max])
        visitor.visit("int8", [Int8.min, Int8.max])
        visitor.visit("int16", [Int16.min, Int16.max])
        visitor.visit("int32", [Int32.min, Int32.max])
        visitor.visit("int64", [Int64.min, Int64.max])
        visitor.visit("uint", [UInt.min, UInt.max])
        visitor.visit("uint8", [UInt8.min, UInt8.max])
        visitor.visit("uint16", [UInt16.min, UInt16.max])
        visitor.visit("uint32", [UInt32.min, UInt32.max])
        visitor.visit("uint64", [UInt64.min, UInt64.max])
        visitor.visit("double", [0, -1.5, Double.greatestFiniteMagnitude, 1e-300])
        visitor.visit("float", [0, -1.5, Float.greatestFiniteMagnitude])
        visitor.visit("decimal", [Decimal(1), Decimal(-25) / 10])
    }

    private static func visitScalars(_ visitor: some SampleVisitor) {
        visitor.visit("bool", [true, false])
        visitor.visit("string", ["", "text", "\u{1F600}"])
        visitor.visit("date", [Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: 1_767_225_600.5)])
        visitor.visit("uuid", [UUID()])
        visitor.visit("url", ["https://example.org/a?b=c", "a/b"].compactMap { URL(string: $0) })
        visitor.visit("data", [Data(), Data([1]), Data([1, 2]), Data([255, 254, 253])])
        visitor.visit("bytes", [[UInt8](), [7, 8, 9, 10]])
        visitor.visit("anything", [Value.null, 1, ["a": [true]]])
        visitor.visit("optionalInt", [Int?.none, 5])
        visitor.visit("optionalText", [String?.none, "x"])
        visitor.visit("duration", [Duration.seconds(3), .milliseconds(-5)])
    }

    private static func visitContainers(_ visitor: some SampleVisitor) {
        visitor.visit("ints", [[Int](), [1, 2]])
        visitor.visit("texts", [Set<String>(), ["a", "b"]])
        visitor.visit("matrix", [[[Double]](), [[1], [2, 3]]])
        visitor.visit("gaps", [[1, nil, 3] as [Int?]])
        visitor.visit("dates", [[Date(timeIntervalSince1970: 0)]])
        visitor.visit("scores", [[String: Int](), ["a": 1]])
        visitor.visit("byNumber", [[Int: String](), [-7: "a"]])
        visitor.visit("priorities", [[Priority: Int](), [.high: 1]])
        visitor.visit("byLevel", [[Level: Bool](), [.first: true]])
        visitor.visit("colors", [["a": [Color.red]]])
        visitor.visit("range", [0..<7])
        visitor.visit("closedRange", [0.5...1.5])
    }

    private static func visitEnumerations(_ visitor: some SampleVisitor) {
        visitor.visit("color", Color.allCases)
        visitor.visit("priority", [Priority.low, .high])
        visitor.visit("level", [Level.first, .second])
        visitor.visit("direction", [Direction.north, .south])
        visitor.visit(
            "shape",
            [Shape.circle(radius: 1), .rectangle(width: 1, height: 2, label: "a"), .point(1, 2), .nothing]
        )
        visitor.visit("expression", [Formula.sum(.number(1), .negative(of: .number(2)))])
        visitor.visit("either", [Either.text("a"), .number(1)])
        visitor.visit("entry", [Entry.file(size: 1), .link(target: "a")])
        visitor.visit("optionalColor", [Color?.none, .green])
    }

    private static func visitStructures(_ visitor: some SampleVisitor) {
        let point = Point(x: 1, y: 2.5)
        let address = Person.Address(street: "Main", zip: nil)
        let person = Person(
            id: UUID(),
            name: "Ada",
            born: Date(timeIntervalSince1970: 0),
            home: address,
            others: [address],
            favourite: .red,
            photo: Data([1]),
            tags: ["a"]
        )
        visitor.visit("point", [point])
        visitor.visit("person", [person])
        visitor.visit("tree", [Tree(name: "a", children: [Tree(name: "b", children: [])])])
        visitor.visit("chain", [Chain(1, Chain(2))])
        visitor.visit("page", [Page(items: [point], next: 2), Page(items: [], next: nil)])
        visitor.visit("pageOfTexts", [Page(items: ["a"], next: nil)])
        visitor.visit("renamed", [Renamed(userName: "a", isAdmin: true)])
        visitor.visit("nothing", [Nothing()])
        visitor.visit("identifier", [Identifier(rawValue: "a")])
        visitor.visit("pixel", [Pixel(1, 2, 3)])
        visitor.visit("settings", [Settings(name: "a")])
        visitor.visit("spread", [Spread(1, ["a"])])
        visitor.visit("stay", [Stay(51)])
        visitor.visit("isbn", [ISBN("979-1234567890")])
        visitor.visit(
            "book",
            [Book(number: ISBN("978-0000000000"), price: 5, link: URL(string: "https://example.org"))]
        )
        visitor.visit("secret", [Secret("word")])
    }
}
