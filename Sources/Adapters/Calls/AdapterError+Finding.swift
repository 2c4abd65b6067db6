import RotationCore

extension AdapterError {
    /// The error as what `check` finds, for a person to mend; throws what goes away by itself,
    /// since that is waited for.
    func finding() throws(AdapterError) -> Finding {
        if case .unavailable = kind { throw self }
        return Finding(.problem, code: code, message: message)
    }
}
