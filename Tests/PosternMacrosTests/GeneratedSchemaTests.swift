#if Macros
import FoundationEssentials
import Postern
import PosternMacros
import SampleTypes
import Testing

/// The descriptions of generated services have the schemas of those that closures register.
@Suite struct GeneratedSchemaTests {
    @Test func typesAreDescribedAsForClosures() {
        let generated = Router()
        generated.root.expose(TypeList(), as: "types")
        let closures = Router()
        SampleTypes.visit(Registration(service: closures.service("types")))
        #expect(generated.description.methods.count > 50)
        #expect(generated.description.methods == closures.description.methods)
        #expect(generated.description.schemas == closures.description.schemas)
    }

    @Test func defaultValuesAndDocumentationAreDescribed() throws {
        let router = Router()
        router.root.expose(Defaults())
        let method = try #require(router.description.methods.first { $0.path == "defaults/move" })
        #expect(method.documentation == "Moves a point.")
        #expect(method.parameters.map(\.documentation) == ["What is moved.", "Its colors."])
        #expect(method.parameters[0].schema == ["$ref": "#/components/schemas/Point", "default": ["x": 1, "y": 2.5]])
        #expect(method.parameters[1].schema?["default"] == ["red"])
        #expect(method.parameters.map(\.isRequired) == [false, false])
    }

    private struct Registration: SampleVisitor {
        let service: Service

        func visit<Content: Codable & Sendable>(_ name: String, _ samples: [Content]) {
            service.register(name, Parameter<Content>("value")) { (value: Content) in value }
        }
    }
}

@Service
struct Defaults {
    /// Moves a point.
    ///
    /// - Parameters:
    ///   - point: What is moved.
    ///   - colors: Its colors.
    /// - Returns: The point.
    @Expose func move(point: Point = Point(x: 1, y: 2.5), colors: [Color] = [.red]) -> Point { point }
}

@Service
struct TypeList {
    @Expose func int(value: Int) -> Int { value }
    @Expose func int8(value: Int8) -> Int8 { value }
    @Expose func int16(value: Int16) -> Int16 { value }
    @Expose func int32(value: Int32) -> Int32 { value }
    @Expose func int64(value: Int64) -> Int64 { value }
    @Expose func uint(value: UInt) -> UInt { value }
    @Expose func uint8(value: UInt8) -> UInt8 { value }
    @Expose func uint16(value: UInt16) -> UInt16 { value }
    @Expose func uint32(value: UInt32) -> UInt32 { value }
    @Expose func uint64(value: UInt64) -> UInt64 { value }
    @Expose func double(value: Double) -> Double { value }
    @Expose func float(value: Float) -> Float { value }
    @Expose func decimal(value: Decimal) -> Decimal { value }
    @Expose func bool(value: Bool) -> Bool { value }
    @Expose func string(value: String) -> String { value }
    @Expose func date(value: Date) -> Date { value }
    @Expose func uuid(value: UUID) -> UUID { value }
    @Expose func url(value: URL) -> URL { value }
    @Expose func data(value: Data) -> Data { value }
    @Expose func bytes(value: [UInt8]) -> [UInt8] { value }
    @Expose func anything(value: Value) -> Value { value }
    @Expose func optionalInt(value: Int?) -> Int? { value }
    @Expose func optionalText(value: String?) -> String? { value }
    @Expose func duration(value: Duration) -> Duration { value }
    @Expose func ints(value: [Int]) -> [Int] { value }
    @Expose func texts(value: Set<String>) -> Set<String> { value }
    @Expose func matrix(value: [[Double]]) -> [[Double]] { value }
    @Expose func gaps(value: [Int?]) -> [Int?] { value }
    @Expose func dates(value: [Date]) -> [Date] { value }
    @Expose func scores(value: [String: Int]) -> [String: Int] { value }
    @Expose func byNumber(value: [Int: String]) -> [Int: String] { value }
    @Expose func priorities(value: [Priority: Int]) -> [Priority: Int] { value }
    @Expose func byLevel(value: [Level: Bool]) -> [Level: Bool] { value }
    @Expose func colors(value: [String: [Color]]) -> [String: [Color]] { value }
    @Expose func range(value: Range<Int>) -> Range<Int> { value }
    @Expose func closedRange(value: ClosedRange<Double>) -> ClosedRange<Double> { value }
    @Expose func color(value: Color) -> Color { value }
    @Expose func priority(value: Priority) -> Priority { value }
    @Expose func level(value: Level) -> Level { value }
    @Expose func direction(value: Direction) -> Direction { value }
    @Expose func shape(value: Shape) -> Shape { value }
    @Expose func expression(value: Formula) -> Formula { value }
    @Expose func either(value: Either) -> Either { value }
    @Expose func entry(value: Entry) -> Entry { value }
    @Expose func optionalColor(value: Color?) -> Color? { value }
    @Expose func point(value: Point) -> Point { value }
    @Expose func person(value: Person) -> Person { value }
    @Expose func tree(value: Tree) -> Tree { value }
    @Expose func chain(value: Chain) -> Chain { value }
    @Expose func page(value: Page<Point>) -> Page<Point> { value }
    @Expose func pageOfTexts(value: Page<String>) -> Page<String> { value }
    @Expose func renamed(value: Renamed) -> Renamed { value }
    @Expose func nothing(value: Nothing) -> Nothing { value }
    @Expose func identifier(value: Identifier) -> Identifier { value }
    @Expose func pixel(value: Pixel) -> Pixel { value }
    @Expose func settings(value: Settings) -> Settings { value }
    @Expose func spread(value: Spread) -> Spread { value }
    @Expose func stay(value: Stay) -> Stay { value }
    @Expose func isbn(value: ISBN) -> ISBN { value }
    @Expose func book(value: Book) -> Book { value }
    @Expose func secret(value: Secret) -> Secret { value }
}
#endif
