import RotationCore

extension AdapterError {
    /// The error as what `check` finds, for a person to mend; throws what goes away by itself,
    /// since that is waited for.
    func finding() throws(AdapterError) -> Finding {
        if case .unavailable = kind { throw self }
        return Finding(.problem, code: code, message: message)
    }

    /// The error of a call that a rotation does without, as what `check` says of it: what was not
    /// read, and what that costs or needs; throws what goes away by itself.
    func warning(_ code: String, _ cost: String) throws(AdapterError) -> Finding {
        if case .unavailable = kind { throw self }
        return Finding(.warning, code: code, message: "\(message); \(cost)")
    }
}
