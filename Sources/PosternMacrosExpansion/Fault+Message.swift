#if Macros
extension Fault {
    /// The text of the diagnostic: the fault, and how to fix it.
    var message: String {
        switch self {
        case .notAMethod(let kind): "@Expose is for methods, not for \(kind)"
        case .outsideService: "@Expose does nothing here: it marks methods of a type with @Service"
        case .inExtension: "@Service sees no extensions: move the method between the braces of its type"
        case .notAService(let kind): "@Service is for an actor, a final class or a struct, not for \(kind)"
        case .notFinal: "A class with @Service must be final: callers share its object between threads"
        case .nothingExposed: "No method is marked with @Expose: callers reach nothing"
        case .notAProtocol: "@Remote is for a protocol: it writes the type whose methods call another process"
        case .notARemoteMethod(let kind): "A protocol with @Remote has methods only: \(kind) cannot be called"
        case .classBound: "A protocol with @Remote cannot be for classes or actors: what it writes is a struct"
        case .isStatic: "A static method cannot be exposed: callers reach an instance"
        case .isMutating: "A mutating method cannot be exposed: what callers reach does not change; use an actor"
        case .isGeneric: "A generic method cannot be exposed: callers cannot say what its types are"
        case .isNotAsyncThrows: "A method of another process takes time and may fail: it must be async and throw"
        case .wrongError(let type): "Calls throw CallError, and not \(type)"
        case .optionsOfRemote: "Only a name can be given here: the rest is said where the method is served"
        case .isInout: "An inout parameter cannot be exposed: only the result goes back to the caller"
        case .isVariadic: "A variadic parameter cannot be exposed: take an array"
        case .isIsolated: "An isolated parameter cannot be exposed: no caller has the actor"
        case .isNameless: "The parameter needs a name, by which callers give its argument"
        case .isNamedTwice(let name): "Two parameters are named \"\(name)\": callers cannot tell them apart"
        case .tooMany(let count): "A method takes at most 8 parameters, and not \(count): take a struct"
        case .closureTaken: "A closure cannot travel: take a Callback"
        case .closureGiven: "A closure cannot travel: return a Callback"
        case .tuple: "A tuple cannot travel: use a Codable struct"
        case .existential(let type): "'\(type)' cannot travel: name a type that is Codable"
        case .anything: "'Any' cannot travel: use Value"
        case .misplacedContext: "CallContext must be the first parameter"
        case .contextInRemote: "A CallContext is given by the process that serves: leave it out here"
        case .streamTaken: "A stream cannot be an argument: take a Callback"
        case .foreignStream: "The stream of another process is a ValueStream"
        case .notLiteral: "The macro reads this itself: write it out"
        case .emptyName: "A name must not be empty"
        case .separatorInName(let name): "A name must hold neither \"/\" nor \".\": \"\(name)\""
        case .reservedStart(let name): "A name must not begin with \"_\" or \"$\": \"\(name)\""
        case .reservedName: "The name \"rpc\" is taken by the router"
        case .tooLong(let name): "A path has at most 128 bytes, this name alone \(name.utf8.count)"
        case .takenName(let name): "Another method is exposed as \"\(name)\" already"
        case .calledName(let name): "Another method calls \"\(name)\" already: name one of the two with @Expose"
        }
    }
}
#endif
