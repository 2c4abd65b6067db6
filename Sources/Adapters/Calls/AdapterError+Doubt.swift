import RotationCore

extension AdapterError {
    /// The error of a call that came behind a mutation, as what the whole of it proves: nothing.
    ///
    /// What a look, or a second step, promises of itself says nothing of the change before it.
    var leavingDoubt: AdapterError { AdapterError(.unknown, code: code, message: message) }
}
