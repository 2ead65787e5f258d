import Testing

@testable import Postern

/// Integers in frames are read in every MessagePack form, whether or not it is the shortest.
struct IntegerFormTests {
    @Test(arguments: Sample.all)
    func everyNumberOfAFrameIsReadInEveryForm(sample: Sample) throws {
        for index in sample.fields.indices {
            guard case .number(let number) = sample.fields[index] else { continue }
            for form in IntegerForm.allCases {
                guard let written = form.bytes(of: number) else { continue }
                var fields = sample.fields
                fields[index] = .bytes(written)
                #expect(try Sample(sample.name, fields).numbers() == sample.numbers(), "field \(index) as \(form)")
            }
        }
    }

    @Test(arguments: Sample.all)
    func numbersInTheirLongestSignedFormAreAllAccepted(sample: Sample) throws {
        let fields = sample.fields.map { field in
            if case .number(let number) = field { return Sample.Field.bytes(IntegerForm.int64.bytes(of: number) ?? []) }
            return field
        }
        #expect(try Sample(sample.name, fields).numbers() == sample.numbers())
    }

    @Test(
        arguments: Sample.all,
        [[0xff], [0xe0], [0xd0, 0x80], [0xd1, 0xff, 0xfe], [0xd3] + Array(repeating: 0xff, count: 8)]
    )
    func negativeNumbersAreAViolationWhereTheyAreNotAllowed(sample: Sample, number: [UInt8]) throws {
        for index in sample.fields.indices {
            guard case .number = sample.fields[index], !sample.mayBeNegative(index) else { continue }
            var fields = sample.fields
            fields[index] = .bytes(number)
            let error = #expect(throws: ProtocolViolation.self, "field \(index)") {
                try Sample(sample.name, fields).numbers()
            }
            #expect(error?.message.contains("a number of at least 0") == true, "field \(index)")
        }
    }

    @Test(
        arguments: Sample.all,
        [[0xa1, 0x35], [0xca, 0x40, 0xa0, 0, 0], [0xcb, 0x40, 0x14, 0, 0, 0, 0, 0, 0], [0xc3]]
    )
    func valuesOtherThanIntegersAreNotNumbersOfAFrame(sample: Sample, value: [UInt8]) throws {
        for index in sample.fields.indices {
            guard case .number = sample.fields[index] else { continue }
            var fields = sample.fields
            fields[index] = .bytes(value)
            #expect(throws: ProtocolViolation.self, "field \(index)") { try Sample(sample.name, fields).numbers() }
        }
    }

    @Test(arguments: [
        (IntegerForm.uint64, UInt64.max, Int.max), (.int64, UInt64(bitPattern: .min), .min),
        (.int8, UInt64(bitPattern: -1), -1), (.int32, UInt64(bitPattern: -32_600), -32_600),
    ])
    func codesOfErrorsAndGoodbyesMayBeNegative(form: IntegerForm, bits: UInt64, code: Int) throws {
        let written = form.bytes(ofBits: bits)
        let error = Sample("error", [.number(3), .number(1), .bytes(written), .text, .number(1), .null])
        #expect(try error.numbers() == [1, UInt64(bitPattern: Int64(code)), 1])
        let goodbye = Sample("goodbye", [.number(13), .bytes(written), .text])
        #expect(try goodbye.numbers() == [UInt64(bitPattern: Int64(code))])
    }

    @Test(arguments: IntegerForm.allCases)
    func countsInAHelloAreReadInEveryForm(form: IntegerForm) throws {
        guard let written = form.bytes(of: 100) else { return }
        var map: [UInt8] = [0x85]
        for name in ["frameBytes", "callsInFlight", "streams", "references", "hops"] {
            MessagePack.write(name, into: &map)
            map += written
        }
        var hello = Hello()
        try hello.readMembers(map.span)
        #expect([hello.maximumFrameBytes, hello.maximumHops] == [100, 100])
        #expect([hello.maximumCallsInFlight, hello.maximumStreams, hello.maximumReferences] == [100, 100, 100])
    }

    @Test(arguments: [[0xc7, 9], [0xc8, 0, 9], [0xc9, 0, 0, 0, 9]])
    func aReferenceIsReadInEveryFormOfItsExtension(header: [UInt8]) throws {
        let value = header + [1, 3, 0, 0, 0, 0, 0, 0, 0, 7]
        let reference = try MessagePack.readReference(value.span)
        #expect(reference == WireReference(isReturned: true, kind: .object, number: 7))
    }
}

/// A form of integers in MessagePack.
enum IntegerForm: CaseIterable {
    case fixed, uint8, uint16, uint32, uint64, int8, int16, int32, int64

    /// Returns the number in this form, or `nil` if the form cannot represent it.
    func bytes(of number: UInt64) -> [UInt8]? {
        let most: UInt64 =
            switch self {
            case .fixed, .int8: 0x7f
            case .uint8: 0xff
            case .int16: 0x7fff
            case .uint16: 0xffff
            case .int32: 0x7fff_ffff
            case .uint32: 0xffff_ffff
            case .int64: 1 << 63 - 1
            case .uint64: .max
            }
        return number <= most ? bytes(ofBits: number) : nil
    }

    /// Returns the low bits of a number in this form.
    func bytes(ofBits bits: UInt64) -> [UInt8] {
        if self == .fixed { return [UInt8(truncatingIfNeeded: bits)] }
        let (first, count): (UInt8, UInt64) =
            switch self {
            case .fixed, .uint8: (0xcc, 1)
            case .uint16: (0xcd, 2)
            case .uint32: (0xce, 4)
            case .uint64: (0xcf, 8)
            case .int8: (0xd0, 1)
            case .int16: (0xd1, 2)
            case .int32: (0xd2, 4)
            case .int64: (0xd3, 8)
            }
        return [first] + (0..<count).reversed().map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
}

/// A frame as a list of fields, of which the numbers are marked.
struct Sample: CustomTestStringConvertible, Sendable {
    enum Field: Sendable {
        case number(UInt64)
        case bytes([UInt8])
        static let text = Field.bytes([0xa1, 0x61])
        static let null = Field.bytes([0xc0])
        static let list = Field.bytes([0x92])
    }

    let name: String
    let fields: [Field]

    init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    var testDescription: String { name }

    /// Returns whether a field may be negative; only codes may.
    func mayBeNegative(_ index: Int) -> Bool {
        switch name {
        case "error", "end with an error": index == 2
        case "goodbye": index == 1
        default: false
        }
    }

    /// Reads the frame and returns its numbers in order, codes as the bits of an `Int64`.
    func numbers() throws -> [UInt64] {
        // The elements of the two lists of a references frame are fields in this sample.
        let isList = name.hasPrefix("references")
        var body: [UInt8] = [0x90 | UInt8(isList ? fields.count - 4 : fields.count)]
        for field in fields {
            switch field {
            case .number(let number): MessagePack.write(number, into: &body)
            case .bytes(let bytes): body += bytes
            }
        }
        var reader = FrameReader()
        let bytes = [0, 0, 0, UInt8(body.count)] + body
        let frame = try reader.next(in: bytes.span)
        return try #require(frame).numbers
    }

    static let all = [
        Sample("hello", [.number(0), .number(1), .bytes([0x80])]),
        Sample("call", [.number(1), .number(5), .text, .number(100), .number(2), .number(3), .null, .null]),
        Sample("reply", [.number(2), .number(5), .null]),
        Sample("error", [.number(3), .number(5), .number(7), .text, .number(1), .null]),
        Sample(
            "error with a name",
            [.number(3), .number(5), .bytes([7]), .text, .number(1), .number(6), .bytes([0x90]), .null]
        ),
        Sample("cancel", [.number(4), .number(5)]),
        Sample("notify", [.number(5), .text, .null, .null]),
        Sample("stream", [.number(6), .number(5), .text, .number(9)]),
        Sample("stream without history", [.number(6), .number(5), .null, .null]),
        Sample("item", [.number(7), .number(5), .number(9), .null]),
        Sample("end", [.number(8), .number(5)]),
        Sample("end with an error", [.number(8), .number(5), .number(7), .text, .number(0), .null]),
        Sample("credit", [.number(9), .number(5), .number(32)]),
        Sample("progress", [.number(10), .number(5), .null]),
        Sample("ping", [.number(11), .number(5)]),
        Sample("pong", [.number(12), .number(5)]),
        Sample("goodbye", [.number(13), .number(3), .text]),
        Sample("proof", [.number(14), .bytes([0xc4, 1, 0])]),
        Sample("release", [.number(15), .number(5), .number(2)]),
        Sample("references", [.number(16), .list, .number(5), .number(6), .list, .number(7), .number(8)]),
        Sample(
            "references with flags",
            [.number(16), .list, .number(5), .number(6), .list, .number(7), .number(8), .number(4)]
        ),
    ]
}

extension Frame {
    fileprivate var numbers: [UInt64] {
        switch self {
        case .hello(let hello): [hello.version]
        case .call(let call):
            [call.id, call.timeout ?? .max, UInt64(call.flags.rawValue), UInt64(call.depth)]
        case .reply(let id, _), .cancel(let id), .progress(let id, _): [id]
        case .failure(let id, let failure): [id] + failure.numbers
        case .end(let id, let failure): [id] + (failure?.numbers ?? [])
        case .notify, .proof: []
        case .stream(let id, let position): [id, position?.offset ?? .max]
        case .item(let id, let offset, _): [id, offset ?? .max]
        case .credit(let id, let items): [id, UInt64(items)]
        case .ping(let number), .pong(let number): [number]
        case .goodbye(let code, _): [UInt64(bitPattern: Int64(code))]
        case .release(let number, let count): [number, count]
        case .references(let numbers): numbers.lent + numbers.returned + (numbers.isFromJSON ? [4] : [])
        }
    }
}

extension FailureFrame {
    fileprivate var numbers: [UInt64] {
        let executed: UInt64 =
            switch self.executed {
            case .no: 0
            case .yes: 1
            case .unknown: 2
            }
        return [UInt64(bitPattern: Int64(code)), executed] + (name.map { [UInt64($0.rawValue)] } ?? [])
    }
}
