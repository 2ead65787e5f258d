import FoundationEssentials
import Synchronization
import Testing

@testable import Postern

/// The JSON Schemas in descriptions, as the compiler's `Codable` and handwritten ones imply them.
@Suite struct SchemaTests {
    enum Level: Int, Codable { case low = 1, high = 9 }
    enum Shape: Codable, Sendable { case circle(radius: Double), label(String, size: Int?), none }
    struct Node: Codable, Sendable {
        var name: String
        var next: [Node]
        var best: Level?
    }
    indirect enum Tree: Codable, Sendable { case both(Tree, Tree), leaf(Int) }
    struct Loose: Codable, Sendable {
        var id: String
        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                id = text
                return
            }
            id = "\(try decoder.singleValueContainer().decode(Int.self))"
        }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(id)
        }
    }
    struct Tagged: Codable, Sendable {
        enum Kind: String, Codable { case file, link }
        enum Key: CodingKey { case kind, size, target }
        var kind: Kind
        var size: Int?
        var target: String?
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            kind = try container.decode(Kind.self, forKey: .kind)
            if kind == .file { size = try container.decode(Int.self, forKey: .size) }
            if kind == .link { target = try container.decode(String.self, forKey: .target) }
        }
    }
    struct Strict: Codable, Sendable {
        init(from decoder: any Decoder) throws {
            _ = try decoder.container(keyedBy: Tagged.Key.self).decode(Int.self, forKey: .size)
            throw PayloadError(.typeMismatch, "never")
        }
    }
    struct Asymmetric: Codable, Sendable {
        var a = 1
        init(from decoder: any Decoder) throws { a = try decoder.singleValueContainer().decode(Int.self) }
        func encode(to encoder: any Encoder) throws { try ["a": a].encode(to: encoder) }
    }
    struct Even: Codable, Sendable, CustomJSONSchema {
        static let jsonSchema: Value = ["type": "integer", "multipleOf": 2, "examples": [4]]
        var value: Int
        init(from decoder: any Decoder) throws {
            value = try decoder.singleValueContainer().decode(Int.self)
            guard value == 4 else { throw PayloadError(.typeMismatch, "odd") }
        }
    }
    struct HasEven: Codable, Sendable { var even: Even; var also: [Even] }

    final class Endless: Codable, Sendable { let next: Endless }
    struct Ignoring: Codable, Sendable {
        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            while !list.isAtEnd { _ = try? list.decode(Strict.self) }
        }
    }
    struct Counted: Codable, Sendable {
        static let runs = Atomic<Int>(0)
        var number: Int
        init(from decoder: any Decoder) throws {
            Self.runs.add(1, ordering: .relaxed)
            number = try decoder.singleValueContainer().decode(Int.self)
        }
    }

    private func described<Content: Codable & Sendable>(_ type: Content.Type) throws -> String {
        let router = Router()
        router.root.register("take", Parameter<Content>("value")) { (value: Content) in value }
        let description = router.description
        let method = try #require(description.methods.first { $0.path == "take" })
        #expect(method.resultSchema == method.parameters[0].schema)
        let schemas = description.schemas.map { " \(text($0))" } ?? ""
        return (text(method.parameters[0].schema) + schemas).replacing("#/components/schemas/SchemaTests", with: "#")
            .replacing("format:int64,minimum:\(Int64.min),maximum:\(Int64.max)", with: "int64")
            .replacing("SchemaTests.", with: "")
    }

    private func text(_ value: Value?) -> String {
        switch value {
        case nil: "-"
        case .map(let members)?: "{" + members.map { "\($0.name):\(text($0.value))" }.joined(separator: ",") + "}"
        case .array(let elements)?: "[" + elements.map { text($0) }.joined(separator: ",") + "]"
        case .string(let text)?: text
        case .integer(let number)?: "\(number)"
        case let other?: "\(other)"
        }
    }

    @Test func enumerationsAreListed() throws {
        #expect(try described(Level.self) == "{$ref:#.Level} {Level:{title:Level,type:integer,enum:[1,9]}}")
        #expect(
            try described([Level: Int].self) == "{type:array,description:Keys and values in turn,items:{anyOf:["
                + "{$ref:#.Level},{type:integer,int64}]}} {Level:{title:Level,type:integer,enum:[1,9]}}"
        )
    }

    @Test func associatedValuesAreMembers() throws {
        #expect(
            try described(Shape.self) == "{$ref:#.Shape} {Shape:{title:Shape,oneOf:["
                + "{title:circle,type:object,properties:{circle:{type:object,properties:{radius:{type:number}},"
                + "required:[radius]}},required:[circle],maxProperties:1},"
                + "{title:label,type:object,properties:{label:{type:object,properties:{_0:{type:string},"
                + "size:{anyOf:[{type:integer,int64},{type:null}]}},required:[_0]}},required:[label],maxProperties:1},"
                + "{title:none,type:object,properties:{none:{type:object}},required:[none],maxProperties:1}]}}"
        )
    }

    @Test func recursiveTypesReferToThemselves() throws {
        #expect(
            try described(Node.self) == "{$ref:#.Node} {Level:{title:Level,type:integer,enum:[1,9]},Node:{title:Node,"
                + "type:object,properties:{name:{type:string},next:{type:array,items:{$ref:#.Node}},"
                + "best:{anyOf:[{$ref:#.Level},{type:null}]}},required:[name,next]}}"
        )
        #expect(try described(Tree.self).contains("properties:{_0:{$ref:#.Tree},_1:{$ref:#.Tree}},required:[_0,_1]"))
    }

    @Test func handwrittenDecodingIsSeenWhole() throws {
        #expect(
            try described(Loose.self)
                == "{$ref:#.Loose} {Loose:{title:Loose,anyOf:[{type:string},{type:integer,int64}]}}"
        )
        #expect(
            try described(Tagged.self) == "{$ref:#.Tagged} {Tagged:{title:Tagged,type:object,properties:{"
                + "kind:{$ref:#.Tagged.Kind},size:{type:integer,int64},target:{type:string}},required:[kind]},"
                + "Tagged.Kind:{title:Kind,type:string,enum:[file,link]}}"
        )
        #expect(
            try described(HasEven.self) == "{$ref:#.HasEven} {Even:{title:Even,type:integer,multipleOf:2,"
                + "examples:[4]},HasEven:{title:HasEven,type:object,properties:{even:{$ref:#.Even},"
                + "also:{type:array,items:{$ref:#.Even}}},required:[even,also]}}"
        )
    }

    @Test func whatIsNotFoundIsAnything() throws {
        #expect(try described(Strict.self) == "{$ref:#.Strict} {Strict:{title:Strict}}")
        #expect(try described(Asymmetric.self) == "{$ref:#.Asymmetric} {Asymmetric:{title:Asymmetric}}")
        #expect(try described(Endless.self) == "{$ref:#.Endless} {Endless:{title:Endless}}")
        #expect(try described(Ignoring.self).hasPrefix("{$ref:#.Ignoring} {Ignoring:{title:Ignoring"))
    }

    @Test func aTypeIsProbedOnceAndNotByCalls() async throws {
        let router = Router()
        router.root.register("take", Parameter<Counted>("value")) { (value: Counted) in value.number }
        #expect(Counted.runs.load(ordering: .relaxed) == 0)
        for number in 1...3 {
            #expect(try await router.call("take", [.integer(Int64(number))]) == .integer(Int64(number)))
        }
        #expect(Counted.runs.load(ordering: .relaxed) == 3)
        _ = router.description
        let runs = Counted.runs.load(ordering: .relaxed)
        router.root.register("other", Parameter<Counted>("value")) { (value: Counted) in value.number }
        _ = router.description
        #expect(runs > 3 && Counted.runs.load(ordering: .relaxed) == runs)
    }
}
