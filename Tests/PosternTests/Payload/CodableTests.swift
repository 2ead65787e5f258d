import PosternTestSupport
import FoundationEssentials
import Postern
import Testing

private struct Everything: Codable, Equatable {
    enum Mode: String, Codable { case fast, slow }
    enum Shape: Codable, Equatable { case circle(radius: Double), square(side: Int, name: String?), none }

    struct Inner: Codable, Equatable {
        var name: String
        var flags: [Bool]
        var next: [Inner]
    }

    var bool = true
    var int = -5
    var int8 = Int8.min
    var uint16 = UInt16.max
    var uint64 = UInt64.max
    var int64 = Int64.min
    var float: Float = 1.25
    var double = Double.pi
    var text = "héllo"
    var bytes: [UInt8] = [0, 255]
    var data = Data([1, 2, 3])
    var date = Date(timeIntervalSinceReferenceDate: 700_000_000.123456)
    var some: Int? = 4
    var none: Int?
    var mode = Mode.slow
    var shapes = [Shape.circle(radius: 2), .square(side: 3, name: "x"), .square(side: 1, name: nil), .none]
    var named = ["a": 1, "b": 2]
    var numbered = [1: "one", -2: "two"]
    var optionals: [Int?] = [1, nil, 3]
    var set: Set<Int> = [1, 2, 3]
    var inner = Inner(name: "root", flags: [true, false], next: [Inner(name: "leaf", flags: [], next: [])])
    var byMode = [[Mode.fast: 1]]
}

private class Animal: Codable {
    var name: String
    init(name: String) { self.name = name }
}

private final class Dog: Animal {
    var age = 3

    enum CodingKeys: CodingKey { case age }

    override init(name: String) { super.init(name: name) }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        age = try container.decode(Int.self, forKey: .age)
        try super.init(from: try container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(age, forKey: .age)
        try super.encode(to: container.superEncoder())
    }
}

private struct Nested: Codable {
    var inner: Box?
    final class Box: Codable {
        var value: Nested
        init(_ value: Nested) { self.value = value }
    }

    static func levels(_ count: Int) -> Nested {
        (0..<count).reduce(Nested()) { inner, _ in Nested(inner: Box(inner)) }
    }
}

private struct Turns: Encodable {
    enum CodingKeys: CodingKey { case left, right }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var left = container.nestedUnkeyedContainer(forKey: .left)
        try left.encode(1)
        var right = container.nestedUnkeyedContainer(forKey: .right)
        try right.encode(2)
        try? left.encode(3)
    }
}

private struct Empty: Codable, Equatable {}

private struct Silent: Encodable {
    func encode(to encoder: any Encoder) throws {}
}

private struct Refusing: Codable {
    struct Secret: Error {}
    init() {}
    init(from decoder: any Decoder) throws { throw Secret() }
    func encode(to encoder: any Encoder) throws { throw Secret() }
}

private struct Person: Codable, Equatable {
    var name: [String]
    var age: UInt8
}

@Suite struct CodableTests {
    private func roundTrip<T: Codable>(_ value: T) throws -> T {
        let payload = try Payload(encoding: value, as: MessagePack.self)
        try Packed(payload.bytes).validate()
        return try payload.decode()
    }

    private func message<T>(_ body: () throws -> T) -> String {
        do { _ = try body() } catch { return (error as? PayloadError)?.message ?? "\(error)" }
        return "no error"
    }

    @Test func everyKindOfMemberRoundTrips() throws {
        let value = Everything()
        #expect(try roundTrip(value) == value)
    }

    @Test func valuesOutsideContainersRoundTrip() throws {
        #expect(try roundTrip(42) == 42)
        #expect(try roundTrip("text") == "text")
        #expect(try roundTrip([1, 2, 3]) == [1, 2, 3])
        #expect(try roundTrip([[UInt8]]([[1], [2, 3]])) == [[1], [2, 3]])
        #expect(try roundTrip(Int?.none) == nil)
        #expect(try roundTrip(Empty()) == Empty())
        #expect(try roundTrip(Everything.Mode.fast) == .fast)
    }

    @Test func bytesAreEncodedAsBytes() throws {
        #expect(try Payload(encoding: [UInt8]([1, 2]), as: MessagePack.self).bytes == [0xc4, 2, 1, 2])
        #expect(try Payload(encoding: Data([1, 2]), as: MessagePack.self).bytes == [0xc4, 2, 1, 2])
        #expect(
            try Payload(encoding: ["a": [UInt8]([1])], as: MessagePack.self).bytes == [0x81, 0xa1, 0x61, 0xc4, 1, 1]
        )
    }

    @Test func membersOfSuperclassesRoundTrip() throws {
        let dog = try roundTrip(Dog(name: "Rex"))
        #expect(dog.name == "Rex")
        #expect(dog.age == 3)
    }

    @Test func aValueThatWritesNothingIsAnEmptyMap() throws {
        #expect(try Payload(encoding: Silent(), as: MessagePack.self).bytes == [0x80])
        #expect(try Payload(encoding: [Silent()], as: MessagePack.self).bytes == [0x91, 0x80])
    }

    @Test func theDepthIsLimited() throws {
        // Each level consists of two maps: one for the value and one for its box.
        _ = try roundTrip(Nested.levels(31))
        #expect(throws: PayloadError.self) { try Payload(encoding: Nested.levels(40), as: MessagePack.self) }
        let level: [UInt8] = [0x81, 0xa5] + "inner".utf8 + [0x81, 0xa5] + "value".utf8
        let bytes: [UInt8] = Array([[UInt8]](repeating: level, count: 200).joined()) + [0x80]
        #expect(throws: PayloadError.self) { try Payload(bytes: bytes, codec: MessagePack.self).decode(Nested.self) }
    }

    @Test func interleavedContainersAreRejectedWithAnExplanation() {
        var output: [UInt8] = [7]
        let text = message { try MessagePack.encode(Turns(), into: &output) }
        #expect(text.contains("cannot take turns"))
        #expect(output == [7])
    }

    @Test func errorsNameThePathToTheValue() throws {
        let wrong: Value = ["user": ["name": ["a", "b", 3], "age": 4]]
        let payload = try Payload(encoding: wrong, as: MessagePack.self)
        #expect(
            message { try payload.decode([String: Person].self) } == "user.name[2]: expected a string, found a number"
        )
        let large: Value = ["name": [], "age": 300]
        let other = try Payload(encoding: large, as: MessagePack.self)
        #expect(message { try other.decode(Person.self) } == "age: expected an integer from 0 to 255")
        let missing = try Payload(encoding: ["name": []] as Value, as: MessagePack.self)
        #expect(message { try missing.decode(Person.self) } == "the member \"age\" is missing")
        let list = try Payload(encoding: [1] as Value, as: MessagePack.self)
        #expect(message { try list.decode(Person.self) } == "expected an object, found an array")
        let mode = try Payload(encoding: ["mode": "warp"] as Value, as: MessagePack.self)
        #expect(message { try mode.decode([String: Everything.Mode].self) }.hasPrefix("mode: "))
    }

    @Test func messagesOfOtherErrorsAreNotDisclosed() {
        #expect(message { try Payload(encoding: [Refusing()], as: MessagePack.self) }.hasSuffix("Secret"))
        #expect(
            message { try Payload(bytes: [0x80], codec: MessagePack.self).decode(Refusing.self) }.hasSuffix("Secret")
        )
    }

    @Test func randomBytesNeverTrapTheDecoder() {
        let seed = UInt64.random(in: .min ... .max)
        print("random bytes for the decoder: seed \(seed)")
        var random = SplitMix(seed: seed)
        guard let sample = try? Payload(encoding: Everything(), as: MessagePack.self).bytes else { return }
        for _ in 0..<2_000 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = try? Payload(bytes: bytes, codec: MessagePack.self).decode(Everything.self)
        }
    }
}
