#if Macros
extension Fault {
    /// The text of the diagnostic: the fault, and how to fix it.
    var message: String {
        switch self {
        case .notAMethod(let kind): "@Expose is for methods, not for \(kind)"
        case .outsideService: "@Expose does nothing here: it marks methods of a type with @Service"
        case .inExtension: "@Service does not read extensions: declare the method in the type itself"
        case .notAService(let kind): "@Service is for an actor, a final class or a struct, not for \(kind)"
        case .notFinal: "A class with @Service must be final: callers share its object between threads"
        case .nothingExposed: "No method is marked with @Expose: the service has no methods"
        case .notAProtocol: "@Remote is for a protocol: it writes the type whose methods call another process"
        case .notARemoteMethod(let kind): "A protocol with @Remote has methods only: \(kind) cannot be called"
        case .classBound: "A protocol with @Remote cannot be for classes or actors: the generated type is a struct"
        case .isStatic: "A static method cannot be exposed: callers reach an instance"
        case .isMutating: "A mutating method cannot be exposed: the registered value is immutable; use an actor"
        case .isGeneric: "A generic method cannot be exposed: a call does not name types"
        case .isNotAsyncThrows: "A method of another process takes time and may fail: it must be async and throw"
        case .wrongError(let type): "Calls throw CallError, and not \(type)"
        case .optionsOfRemote: "@Expose in a protocol takes only a name: the other options belong to the registration"
        case .isInout: "An inout parameter cannot be exposed: only the result is returned to the caller"
        case .isVariadic: "A variadic parameter cannot be exposed: take an array"
        case .isIsolated: "An isolated parameter cannot be exposed: a caller cannot pass an actor"
        case .isNameless: "The parameter needs a name, by which callers pass its argument"
        case .isNamedTwice(let name): "Two parameters have the name \"\(name)\": callers cannot distinguish them"
        case .tooMany(let count): "A method takes at most 8 parameters, and not \(count): take a struct"
        case .closureAsParameter: "A closure cannot be sent: take a Callback"
        case .closureAsResult: "A closure cannot be sent: return a Callback"
        case .tuple: "A tuple is not Codable: use a Codable struct"
        case .existential(let type): "'\(type)' is not Codable: name a type that is"
        case .anyType: "'Any' is not Codable: use Value"
        case .misplacedContext: "CallContext must be the first parameter"
        case .contextInRemote: "Remove the CallContext: the serving process supplies it"
        case .streamAsParameter: "A stream cannot be an argument: take a Callback"
        case .foreignStream: "The stream of another process is a ValueStream"
        case .notLiteral: "The argument must be a literal: macros see only source text"
        case .emptyName: "A name must not be empty"
        case .separatorInName(let name): "A name must hold neither \"/\" nor \".\": \"\(name)\""
        case .reservedStart(let name): "A name must not begin with \"_\" or \"$\": \"\(name)\""
        case .reservedName: "The name \"rpc\" is taken by the router"
        case .tooLong(let name): "A path has at most 128 bytes, this name alone \(name.utf8.count)"
        case .duplicateName(let name): "Another method is exposed as \"\(name)\" already"
        case .duplicateRemoteName(let name):
            "Another method calls \"\(name)\" already: name one of the two with @Expose"
        }
    }
}
#endif
