//! Python expressions in which `me` is the node.

use super::{Node, ParKind};

impl Node {
    /// Makes a text or path parameter a Python expression in which `me` is the node: it is evaluated at each reading.
    /// One that fails later gives an empty text then.
    ///
    /// # Errors
    /// Without [`python::start`](crate::python::start) before the plugin was loaded, and what Python says when the
    /// expression fails at once.
    ///
    /// # Panics
    /// When there is no such parameter, or it is neither text nor path.
    pub fn set_expression(&mut self, name: &str, code: &str) -> Result<(), String> {
        let index = self.must_index(name);
        let kind = self.pars[index].kind;
        assert!(kind.is_text() && kind != ParKind::Menu, "{name} is a {kind} and takes no expression here");
        self.host.pin_mut().set_expression(index, code).map_err(|error| error.what().to_owned())
    }

    /// The value of a Python expression as text, in which `me` is the node.
    ///
    /// # Errors
    /// As [`Node::set_expression`].
    pub fn evaluate(&mut self, code: &str) -> Result<String, String> {
        self.host.pin_mut().evaluate(code).map_err(|error| error.what().to_owned())
    }
}
