import RotationCore

/// What asking for one version of a secret comes to.
enum GoogleSecretLook: Sendable {
    case shown(GoogleSecretAPI.Version)
    /// Disabled or destroyed, with which one that is, where it is said.
    case hidden(Int?, AdapterError)
    case absent(AdapterError)

    /// The version's number; throws where there is none.
    var number: Int {
        get throws(AdapterError) {
            switch self {
            case .shown(let version): return version.number
            case .hidden(let number?, _): return number
            case .hidden(nil, let error), .absent(let error): throw error
            }
        }
    }

    /// The version; throws where it can't be read.
    func found() throws(AdapterError) -> GoogleSecretAPI.Version {
        switch self {
        case .shown(let version): return version
        case .hidden(_, let error), .absent(let error): throw error
        }
    }
}
