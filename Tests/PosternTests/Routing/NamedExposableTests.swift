import Postern
import Testing

/// Objects that supply the name of their service.
@Suite struct NamedExposableTests {
    @Test func anObjectIsExposedUnderItsOwnName() async throws {
        let router = Router()
        let service = router.root.expose(Kettle())
        #expect(service.path == "kettle")
        #expect(try await router.call("kettle/boil") == 100)
        #expect(router.description.services == [ServiceDescription(path: "kettle", documentation: "Boils water")])
    }

    @Test func anExplicitNameAndDocumentationTakePrecedence() async throws {
        let router = Router()
        router.root.expose(Kettle(), as: "pot")
        router.root.expose(Kettle(), documentation: "The old one")
        #expect(try await router.call("pot/boil") == 100)
        let expected = [
            ServiceDescription(path: "kettle", documentation: "The old one"),
            ServiceDescription(path: "pot", documentation: "Boils water"),
        ]
        #expect(router.description.services == expected)
    }

    @Test func documentationIsOptional() {
        let router = Router()
        router.root.expose(Cup())
        #expect(router.description.services == [])
        #expect(router.description.methods.map(\.path).contains("cup/fill"))
    }
}

private struct Kettle: NamedExposable {
    static let serviceName = "kettle"
    static var serviceDocumentation: String? { "Boils water" }

    func register(in service: Service) { service.register("boil") { 100 } }
}

private struct Cup: NamedExposable {
    static let serviceName = "cup"

    func register(in service: Service) { service.register("fill") { () in } }
}
